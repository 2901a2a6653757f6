/**
 * Our samplers and pruners behind the interface of the tuning judge (its README.md, "Adapter"): judge parameters become a space, its trials our records.
 * Options: --option sampler=gp (a name of #samplers), --option pruner=asha (curves mode, a name of #pruners), --option workers=4 (trials out at once: the sampler
 * gets a result only when three further trials have been asked for, as with four workers of equal speed).
 */
import type { Measurement, Objective, Params, Pruner, Sampler, TrialRecord } from '#core';
import { createRng } from '#math';
import { pruners } from '#pruners';
import { samplers } from '#samplers';
import { branch, choice, type Fields, float, int, type Param, space, type Space } from '#space';

interface JudgeParam {
  readonly name: string;
  readonly kind: 'float' | 'int' | 'categorical';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly choices: readonly string[];
  readonly condition?: { readonly param: string; readonly equals?: string; readonly in?: readonly string[] };
}

export interface Setup {
  readonly params: readonly JudgeParam[];
  readonly direction?: 'minimize' | 'maximize';
  readonly directions?: readonly ('minimize' | 'maximize')[];
  readonly seed: number;
  readonly trials?: number;
  readonly maxBudget?: number;
  readonly totalBudget?: number;
  readonly options?: Readonly<Record<string, string>>;
}

/** Parameters with conditions become fields of their parent's branch; one that holds under several labels stands under each. */
export function toSpace(params: readonly JudgeParam[]): Space {
  const childrenOf = (parent: JudgeParam, label: string): Fields =>
    fieldsOf(
      params.filter(({ condition: c }) => c?.param === parent.name && (c.in?.includes(label) ?? c.equals === label)),
    );
  const toParam = (p: JudgeParam): Param => {
    if (p.kind === 'float') return float(p.low, p.high, p.log ? { log: true } : {});
    if (p.kind === 'int') return int(p.low, p.high, p.log ? { log: true } : {});
    if (!params.some((c) => c.condition?.param === p.name)) return choice(p.choices as readonly [string, ...string[]]); // never empty
    return branch(Object.fromEntries(p.choices.map((label) => [label, childrenOf(p, label)])));
  };
  const fieldsOf = (list: readonly JudgeParam[]): Fields =>
    Object.fromEntries(list.map((p) => [ourName(p.name), toParam(p)]));
  return space(fieldsOf(params.filter((p) => p.condition === undefined)));
}

/** Our names hold no dots. */
const ourName = (name: string): string => name.replaceAll('.', '__');
const judgeName = (name: string): string => name.replaceAll('__', '.');

/** { optimizer: { kind: 'sgd', momentum } } → { optimizer: 'sgd', momentum }. */
export function toJudge(params: Params): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]): [string, unknown][] => {
      if (typeof value !== 'object' || value === null || !('kind' in value)) return [[judgeName(name), value]];
      const { kind, ...children } = value;
      return [[judgeName(name), kind], ...Object.entries(toJudge(children))];
    }),
  );
}

export const describe = (options: Readonly<Record<string, string>>) => ({
  label: `attune-${options.sampler ?? 'auto'}${options.pruner === undefined ? '' : `-${options.pruner}`}`,
});

function named<T>(registry: Readonly<Record<string, () => T>>, name: string): T {
  const factory = registry[name];
  if (factory === undefined) throw new Error(`no "${name}" among ${Object.keys(registry).join(', ')}`);
  return factory();
}

export class Bench {
  readonly trials: TrialRecord[] = [];
  readonly objectives: readonly Objective[];
  readonly space: Space;
  readonly rng;
  readonly hints;
  private readonly sampler: Sampler;
  private readonly pruner: Pruner;

  constructor(
    { params, direction, directions, seed, trials, maxBudget, totalBudget, options = {} }: Setup,
    own?: Sampler,
  ) {
    this.space = toSpace(params);
    this.objectives = (directions ?? [direction ?? 'minimize']).map((d, i) => ({ name: `v${i}`, direction: d }));
    this.rng = createRng(seed);
    this.hints = {
      ...(trials === undefined ? {} : { trials }),
      ...(maxBudget === undefined ? {} : { maxSteps: maxBudget }),
      ...(totalBudget === undefined ? {} : { totalSteps: totalBudget }),
    };
    this.sampler = own ?? named(samplers, options.sampler ?? 'auto');
    this.pruner = named(pruners, options.pruner ?? 'auto');
  }

  private add(params: Params, suggestedBy: string | null): TrialRecord {
    const number = this.trials.length;
    const base = { number, params, createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy };
    this.trials.push({ ...base, state: 'running', worker: 'bench', startedAt: 0, stopReason: null });
    return this.trials[number]!;
  }

  ask() {
    const { objectives, hints, trials, rng } = this;
    const promoted =
      this.pruner.promote?.({ objectives, trials, hints, rng: rng.fork('promote', trials.length) }) ?? null;
    if (promoted !== null) {
      const paused = trials[promoted]!;
      trials[promoted] = { ...base(paused), state: 'running', worker: 'bench', startedAt: 0, stopReason: null };
      return { id: promoted, params: toJudge(paused.params) };
    }
    const number = trials.length;
    const suggestion = this.sampler.suggest({
      space: this.space,
      objectives,
      trials,
      number,
      rng: rng.fork('trial', number),
      studyRng: rng,
      hints,
    });
    if ('exhausted' in suggestion) throw new Error(suggestion.exhausted);
    return { id: number, params: toJudge(this.add(suggestion.params, this.sampler.name).params) };
  }

  tell(id: number, value: number | readonly number[]): void {
    const trial = this.trials[id]!;
    const values = Object.fromEntries([value].flat().map((v, i) => [`v${i}`, v]));
    const stopped = trial.state === 'running' && trial.stopReason !== null;
    const common = { ...base(trial), values, startedAt: 0, endedAt: 0 };
    this.trials[id] = stopped
      ? { ...common, state: 'pruned', atStep: trial.measurements.at(-1)?.step ?? null, reason: '' }
      : { ...common, state: 'complete' };
  }

  report(id: number, step: number, value: number): 'continue' | 'stop' | 'pause' {
    const { objectives, hints, trials, rng } = this;
    const measurement: Measurement = { step, values: { v0: value }, at: 0 };
    const running = {
      ...base(trials[id]!),
      measurements: [...trials[id]!.measurements, measurement],
      state: 'running' as const,
      worker: 'bench',
      startedAt: 0,
    };
    const trial: TrialRecord = { ...running, stopReason: null };
    trials[id] = trial;
    const decision = this.pruner.decide({
      objectives,
      trial,
      trials,
      hints,
      rng: rng.fork('pruner', id, step),
      resumable: true,
    });
    if (decision.decision === 'stop') trials[id] = { ...running, stopReason: decision.reason };
    if (decision.decision === 'pause')
      trials[id] = { ...base(trial), state: 'paused', startedAt: 0, atStep: step, reason: decision.reason };
    return decision.decision;
  }

  preload(list: readonly { params: Params; value: number }[]): void {
    for (const { params, value } of list) this.tell(this.add(params, null).number, value);
  }
}

const base = ({ number, params, createdAt, measurements, attempt, attributes, suggestedBy }: TrialRecord) => ({
  number,
  params,
  createdAt,
  measurements,
  attempt,
  attributes,
  suggestedBy,
});

export function create(setup: Setup) {
  const workers = Number(setup.options?.['workers'] ?? 1);
  const bench = new Bench({ ...setup, options: { pruner: 'none', ...setup.options } });
  const held: (readonly [id: number, value: number | readonly number[]])[] = [];
  return {
    ask: () => {
      for (const [id, value] of held.splice(0, Math.max(0, held.length - workers + 1))) bench.tell(id, value);
      return bench.ask();
    },
    tell: (id: number, value: number | readonly number[]) => void held.push([id, value]),
    preload: (list: readonly { params: Params; value: number }[]) => bench.preload(list),
  };
}

export function createMultiFidelity(setup: Setup) {
  const bench = new Bench(setup);
  return {
    ask: () => bench.ask(),
    tell: (id: number, value: number) => bench.tell(id, value),
    report: (id: number, step: number, value: number) => bench.report(id, step, value),
  };
}
