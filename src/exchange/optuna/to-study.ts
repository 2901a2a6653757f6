/**
 * An Optuna study as the log of one of ours. A study that Attune exported comes back with its own definition if all trials still fit it; any other
 * gets the space that its trials show (infer-space.ts). Numbers of trials stay.
 */
import { isTuneError, type Json, type StudyDefinition, type StudyEvent, type TrialResult, type Values } from '#core';
import { fits, flatten, isActive, spaceFromJson, unflatten, type Choice, type Space } from '#space';
import { inferSpace, namedValues, type NamedValues } from './infer-space.ts';
import { damaged, KEPT, SYSTEM, type OptunaStudy, type OptunaTrial } from './model.ts';

export interface ImportedStudy {
  readonly definition: StudyDefinition;
  /** What follows `studyCreated`. */
  readonly events: readonly StudyEvent[];
  /** For people: what is not as it was in Optuna. */
  readonly notes: readonly string[];
}

export interface ImportOptions {
  /** File, for messages. */
  readonly path: string;
  /** Its name here. */
  readonly name: string;
  /** Of a study that brings none. */
  readonly seed: number;
  /** Milliseconds since 1970: the time of what has none in the file. */
  readonly now: number;
}

/** What a study's space does with a trial's values. */
interface Placing {
  readonly definition: StudyDefinition;
  readonly space: Space;
  readonly place: (values: NamedValues) => Record<string, unknown>;
  readonly notes: readonly string[];
}

export function toStudy(study: OptunaStudy, options: ImportOptions): ImportedStudy {
  const drawn = study.trials.map((trial, number): NamedValues => {
    const values = trial.state === 'WAITING' ? askedFor(trial) : namedValues(trial);
    if ('unreadable' in values) throw damaged(options.path, `${values.unreadable} in trial ${number}`);
    return values;
  });
  const placing = exported(study, drawn, options) ?? inferred(study, drawn, options);
  const notes = [...placing.notes];
  const attributes = Object.entries(study.userAttrs).filter(([key]) => key !== KEPT.definition);
  const events: StudyEvent[] = attributes.map(([key, value]) => ({
    type: 'attributeSet',
    at: options.now,
    number: null,
    key,
    value,
  }));
  const lost = { running: 0, waiting: 0, infinite: 0 };
  let unplaced = 0;
  study.trials.forEach((trial, number) => {
    const values: NamedValues = drawn[number] ?? new Map<string, Choice>();
    const params = placing.place(values);
    // Labels "present" and "absent" come on top of the values.
    const kept = Object.values(flatten(params)).length;
    if (kept < values.size) unplaced++;
    const one = eventsOf(trial, number, params, placing, options.now);
    events.push(...one.events);
    if (one.lost !== null) lost[one.lost]++;
  });
  const count = (n: number, verb: string): string => `${n} ${n === 1 ? 'trial' : 'trials'} ${verb}`;
  if (lost.running > 0)
    notes.push(
      `${count(lost.running, 'had not ended')}: those whose parameters are whole wait to be run again, others are failed.`,
    );
  if (lost.waiting > 0)
    notes.push(
      `${count(lost.waiting, 'waited')} with only some parameters given, which Optuna would have filled in: failed here.`,
    );
  if (unplaced > 0)
    notes.push(`${count(unplaced, 'ended')} before drawing all parameters, and could not keep all it had drawn.`);
  if (lost.infinite > 0)
    notes.push(`${count(lost.infinite, 'ended')} with an infinite value: failed here, as values are finite.`);
  return { definition: placing.definition, events, notes };
}

/** What an enqueued trial was told to draw. */
function askedFor({ systemAttrs }: OptunaTrial): NamedValues {
  const asked = systemAttrs[SYSTEM.fixedParams];
  const isChoice = (entry: [string, Json]): entry is [string, Choice] =>
    typeof entry[1] !== 'object' || entry[1] === null;
  return new Map(
    typeof asked === 'object' && asked !== null ? Object.entries(asked as Record<string, Json>).filter(isChoice) : [],
  ); // a dict in Optuna
}

/** The definition that an export of ours left, if all complete trials fit it still. */
function exported(study: OptunaStudy, drawn: readonly NamedValues[], { name }: ImportOptions): Placing | null {
  const text = study.userAttrs[KEPT.definition];
  if (typeof text !== 'string') return null;
  try {
    const kept = JSON.parse(text) as StudyDefinition; // its space is read and its trials are tried below
    if (kept.objectives.map(({ direction }) => direction).join() !== study.directions.join()) return null;
    const space = spaceFromJson(kept.space);
    const place = (values: NamedValues): Record<string, unknown> => placedByPath(space, values);
    const shown = drawn.filter((_, number) => study.trials[number]?.state === 'COMPLETE');
    return shown.every((values) => isWhole(space, place(values), values))
      ? { definition: { ...kept, name }, space, place, notes: [] }
      : null;
  } catch (error) {
    // Somebody changed the attribute.
    if (isTuneError(error) || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Whether the trial has each parameter that is active, and no other; ranges may have been edited since. */
const isWhole = (space: Space, params: Record<string, unknown>, values: NamedValues): boolean => {
  const flat = Object.fromEntries(values);
  const active = space.dimensions.filter((one) => isActive(one, flat));
  return (
    Object.keys(params).length > 0 && active.length === values.size && active.every(({ path }) => values.has(path))
  );
};

/** A trial that has not drawn all is kept as far as it is at the top level. */
function placedByPath(space: Space, values: NamedValues): Record<string, unknown> {
  const flat = Object.fromEntries(values);
  try {
    return unflatten(space, flat);
  } catch (error) {
    if (!isTuneError(error)) throw error;
    return Object.fromEntries(
      Object.entries(space.fields)
        .filter(([name, { kind }]) => values.has(name) && kind !== 'branch')
        .map(([name]) => [name, values.get(name)]),
    );
  }
}

function inferred(
  study: OptunaStudy,
  drawn: readonly NamedValues[],
  { path, name, seed, now }: ImportOptions,
): Placing {
  const of = (state: OptunaTrial['state']): NamedValues[] =>
    drawn.filter((_, number) => study.trials[number]?.state === state);
  // A failed or pruned trial may have ended before it drew all.
  const whole = [of('COMPLETE'), of('PRUNED'), drawn].find((some) => some.length > 0) ?? [];
  const found = inferSpace(study.trials, whole, drawn);
  if ('unreadable' in found) throw damaged(path, found.unreadable);
  const named = study.systemAttrs[SYSTEM.metricNames];
  const usual = study.directions.length === 1 ? ['value'] : study.directions.map((_, i) => `value_${i}`);
  const names = Array.isArray(named) && named.length === usual.length ? named.map(String) : usual;
  const times = study.trials.flatMap(({ start, complete }) => start ?? complete ?? []);
  return {
    ...found,
    definition: {
      name,
      space: found.space.toJSON(),
      objectives: study.directions.map((direction, i) => ({ name: names[i] ?? `value_${i}`, direction })),
      sampler: 'auto',
      pruner: 'auto',
      seed,
      hints: {},
      createdAt: times.reduce((a, b) => Math.min(a, b), now),
    },
  };
}

interface TrialEvents {
  readonly events: readonly StudyEvent[];
  readonly lost: 'running' | 'waiting' | 'infinite' | null;
}

function eventsOf(
  trial: OptunaTrial,
  number: number,
  params: Record<string, unknown>,
  { definition, space }: Placing,
  now: number,
): TrialEvents {
  const { state, userAttrs } = trial;
  const began = trial.start ?? trial.complete ?? now;
  const ended = trial.complete ?? began;
  const attributes = Object.entries(userAttrs)
    .filter(([key]) => !Object.values<string>(KEPT).includes(key))
    .map(([key, value]): StudyEvent => ({ type: 'attributeSet', at: ended, number, key, value }));
  if (state === 'WAITING' || state === 'RUNNING') {
    const queued: StudyEvent = { type: 'trialEnqueued', at: began, number, params };
    const lost = state === 'RUNNING' ? 'running' : 'waiting';
    if (fits(space, params)) return { events: [queued, ...attributes], lost: state === 'RUNNING' ? lost : null };
    const error = { message: `it was ${lost} in Optuna without all its parameters when the study was imported` };
    return {
      events: [queued, ...attributes, { type: 'trialFinished', at: began, number, result: { state: 'failed', error } }],
      lost,
    };
  }
  const suggestedBy = userAttrs[KEPT.suggestedBy];
  const note = userAttrs[KEPT.note];
  const created: StudyEvent = {
    type: 'trialCreated',
    at: began,
    number,
    params,
    worker: 'optuna',
    suggestedBy: typeof suggestedBy === 'string' ? suggestedBy : 'optuna',
    ...(typeof note === 'string' ? { note } : {}),
  };
  const measured = measurementsOf(trial, definition).map(([step, values]): StudyEvent => ({
    type: 'measured',
    at: began,
    number,
    step,
    values,
  }));
  const result = resultOf(trial, definition);
  const infinite = state === 'COMPLETE' && result.state === 'failed';
  return {
    events: [created, ...measured, ...attributes, { type: 'trialFinished', at: ended, number, result }],
    lost: infinite ? 'infinite' : null,
  };
}

/** Optuna's intermediate values are of the first objective; other metrics are where an export of ours put them. */
function measurementsOf(
  { intermediate, userAttrs }: OptunaTrial,
  { objectives }: StudyDefinition,
): (readonly [number, Values])[] {
  const [first] = objectives;
  const bySteps = new Map<number, Values>(
    intermediate.map(([step, value]) => [step, { [first?.name ?? 'value']: value }]),
  );
  const others = userAttrs[KEPT.measurements];
  for (const entry of Array.isArray(others) ? (others as readonly Json[]) : []) {
    const [step, values] = Array.isArray(entry) ? (entry as readonly Json[]) : [];
    if (typeof step === 'number') bySteps.set(step, { ...bySteps.get(step), ...numbersIn(values) });
  }
  return [...bySteps].sort(([a], [b]) => a - b);
}

const numbersIn = (json: Json | undefined): Values =>
  typeof json === 'object' && json !== null
    ? Object.fromEntries(Object.entries(json).map(([name, value]) => [name, Number(value)]))
    : {};

function resultOf(
  { state, values, userAttrs, systemAttrs }: OptunaTrial,
  { objectives }: StudyDefinition,
): TrialResult {
  const told: Values | null =
    values === null || values.length !== objectives.length
      ? null
      : {
          ...Object.fromEntries(objectives.map(({ name }, i) => [name, values[i] ?? NaN])),
          ...numbersIn(userAttrs[KEPT.values]),
        };
  const finite = told !== null && Object.values(told).every(Number.isFinite);
  if (state === 'PRUNED') {
    const reason = userAttrs[KEPT.reason];
    return {
      state: 'pruned',
      values: finite ? told : null,
      reason: typeof reason === 'string' ? reason : 'pruned by Optuna',
    };
  }
  if (state === 'COMPLETE' && finite) return { state: 'complete', values: told };
  const kept = userAttrs[KEPT.error];
  const said = systemAttrs['fail_reason'];
  if (state === 'FAIL' && isError(kept)) return { state: 'failed', error: kept };
  const message =
    state === 'FAIL'
      ? typeof said === 'string'
        ? said
        : 'failed in Optuna'
      : `its value in Optuna is ${values === null ? 'missing' : values.join(', ')}`;
  return { state: 'failed', error: { message } };
}

const isError = (json: Json | undefined): json is { message: string; output?: string } =>
  typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string';
