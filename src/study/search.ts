/**
 * The search behind a study: what is to run next, and whether a running trial goes on. It appends nothing; a study turns its answers into events.
 * Every random choice comes from the study's seed and what it is made for (the number of a trial, a step), so answers do not depend on when they were asked.
 */
import {
  lastStep,
  type Hints,
  type Params,
  type PruneDecision,
  type Pruner,
  type RunningTrial,
  type Sampler,
} from '#core';
import type { StudyDefinition, StudyEvent, StudyState, Suggestion, TrialRecord } from '#core';
import { createRng, type Rng } from '#math';
import { startAtDefaults, startAtTransferred } from '#samplers';
import { flatten, restrict, sampleUniform, type Flat, type Space } from '#space';
import type { OrderedView } from './order.ts';

/** What is to be started, or why nothing is. */
type Choice = StartEvent | { readonly nothing: string } | { readonly later: string };
type StartEvent = Extract<StudyEvent, { type: 'trialStarted' | 'trialCreated' }>;

/** One question for something to run. */
export interface Asked {
  readonly at: number;
  readonly space: Space;
  /** No new trial is made beyond so many. */
  readonly trials: number;
  readonly worker: string;
  /** What was suggested for each number while this question was answered before: a conflict with another process does not make the sampler think again. */
  readonly suggestions: Map<number, Suggestion>;
  /** For this trial alone. */
  readonly fixed: Flat | null;
}

const NOTHING: Flat = Object.freeze({});

export class Search {
  readonly #sampler: Sampler;
  readonly #pruner: Pruner;
  readonly #hints: Hints;
  readonly #rng: Rng;
  readonly #trialStreams: Rng;

  constructor(sampler: Sampler, pruner: Pruner, hints: Hints, seed: number) {
    this.#sampler = sampler;
    this.#pruner = pruner;
    this.#hints = hints;
    this.#rng = createRng(seed);
    this.#trialStreams = this.#rng.fork('trial');
  }

  seedOf(number: number): number {
    return this.#trialStreams.fork(number, 'seed').uint32();
  }

  /** What is to run next, from all that is known now. */
  choose(state: StudyState, asked: Asked): Choice {
    const { fixed } = asked;
    const again = lowest(fixed === null ? state.waiting : [...state.waiting].filter((i) => has(state, i, fixed)));
    return again !== null
      ? { type: 'trialStarted', at: asked.at, number: again, worker: asked.worker }
      : this.#chooseFrom(state, state.definition, state.seq, asked);
  }

  /** What is to run next, from what the turn may know. */
  chooseInOrder(state: StudyState, order: OrderedView, lag: number, asked: Asked): Choice {
    const { at, worker } = asked;
    const lost = lowest([...state.waiting].filter((number) => order.inTurn(number)));
    if (lost !== null) return { type: 'trialStarted', at, number: lost, worker };
    // Where results are never looked at, nobody needs to wait for them.
    const effective = this.#sampler.blind === true && this.#pruner.name === 'none' ? Infinity : lag;
    let wanted = Math.max(order.committed, order.next - effective + 1);
    for (;;) {
      if (!order.commit(wanted)) return { later: `turn ${order.committed} has not ended.` };
      const committed = order.committed;
      const queued = lowest(order.state.waiting);
      if (queued !== null) return { type: 'trialStarted', at, number: queued, worker, committed };
      const choice = this.#chooseFrom(order.state, state.definition, committed, { ...asked, fixed: null });
      if ('type' in choice) return { ...choice, committed };
      // The results of the turns under way may yet promote a trial.
      if (committed === order.next) return choice;
      wanted = committed + 1;
    }
  }

  /** `moment` tells one look at the paused trials from another. */
  #chooseFrom(
    state: StudyState,
    definition: StudyDefinition,
    moment: number,
    { at, space, trials, worker, suggestions, fixed }: Asked,
  ): StartEvent | { readonly nothing: string } {
    const number = state.trials.length;
    const promoted = fixed === null ? this.#promoted(state, moment, trials) : null;
    if (promoted !== null) return { type: 'trialStarted', at, number: promoted, worker };
    if (number >= trials) return { nothing: `the study has ${number} trials.` };
    // Another process may have measured meanwhile, but as long as the number is free, the suggestion stands: a slow sampler is not starved.
    const suggestion = suggestions.get(number) ?? this.#suggest(state.trials, definition, space, number, fixed);
    suggestions.set(number, suggestion);
    if ('exhausted' in suggestion) {
      const last = fixed === null ? this.#promoted(state, moment, number) : null;
      if (last === null) return { nothing: suggestion.exhausted };
      return { type: 'trialStarted', at, number: last, worker };
    }
    const { params, note, attributes } = suggestion;
    const plain = { type: 'trialCreated', at, number, params, worker, suggestedBy: this.#sampler.name } as const;
    if (note === undefined && attributes === undefined && fixed === null) return plain;
    return {
      ...plain,
      ...(note === undefined ? {} : { note }),
      ...(attributes === undefined ? {} : { attributes }),
      ...(fixed === null ? {} : { fixed }),
    };
  }

  /** The parameters of a trial of which a person gives some. */
  fill({ trials, definition }: StudyState, space: Space, number: number, fixed: Flat): Params {
    const suggestion = this.#suggest(trials, definition, space, number, fixed);
    if (!('exhausted' in suggestion)) return suggestion.params;
    // A person may ask for a point again.
    const rest = restrict(space, { ...definition.fixed, ...fixed });
    return space.parse(sampleUniform(rest, this.#trialStreams.fork(number)));
  }

  #suggest(
    trials: readonly TrialRecord[],
    { objectives, limits = [], fixed: always = NOTHING, transfer = [] }: StudyDefinition,
    space: Space,
    number: number,
    fixed: Flat | null,
  ): Suggestion {
    const rng = this.#trialStreams.fork(number);
    const held = fixed === null ? always : { ...always, ...fixed };
    const studyRng = this.#rng;
    const context = {
      space,
      objectives,
      limits,
      fixed: held,
      hints: this.#hints,
      transfer,
      trials,
      number,
      rng,
      studyRng,
    };
    const planned = this.#sampler.planned === true;
    const transferred = planned ? null : startAtTransferred(context);
    if (transferred !== null)
      return { params: space.parse(transferred), note: 'one of the best points of the earlier studies.' };
    // From the end, where a study that goes on has its suggested trials.
    if (!planned && trials.findLastIndex(({ suggestedBy }) => suggestedBy !== null) < 0) {
      const start = startAtDefaults(context);
      if (start !== null)
        return { params: space.parse(start), note: 'the first trial is at the defaults of the space.' };
    }
    const suggestion = this.#sampler.suggest(context);
    return 'exhausted' in suggestion ? suggestion : { ...suggestion, params: space.parse(suggestion.params) };
  }

  /** `limit`: no trial beyond so many will be started; paused ones are then all that is left. */
  #promoted({ definition: { objectives }, trials, paused }: StudyState, moment: number, limit: number): number | null {
    if (this.#pruner.promote === undefined || paused.size === 0) return null;
    const hints = limit < Infinity ? { ...this.#hints, trials: limit } : this.#hints;
    const number = this.#pruner.promote({ objectives, trials, hints, rng: this.#rng.fork('promote', moment) });
    if (number !== null && !paused.has(number))
      throw new Error(`internal: pruner "${this.#pruner.name}" promoted trial ${number}, which is not paused`);
    return number;
  }

  /** Whether a trial goes on, by its record and those of the trials that its pruner may know. */
  decide(
    { objectives }: StudyDefinition,
    trial: RunningTrial,
    trials: readonly TrialRecord[],
    resumable: boolean,
  ): PruneDecision {
    const rng = this.#rng.fork('pruner', trial.number, lastStep(trial) ?? 0);
    const decision = this.#pruner.decide({ objectives, trial, trials, hints: this.#hints, rng, resumable });
    return decision.decision === 'pause' && !resumable ? { decision: 'stop', reason: decision.reason } : decision;
  }
}

function has({ trials }: StudyState, number: number, fixed: Flat): boolean {
  const flat = flatten(trials[number]?.params ?? {});
  return Object.entries(fixed).every(([path, value]) => flat[path] === value);
}

function lowest(numbers: Iterable<number>): number | null {
  let low: number | null = null;
  for (const number of numbers) if (low === null || number < low) low = number;
  return low;
}
