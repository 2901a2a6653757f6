/**
 * Our records as an Optuna study. What Optuna has no place for (names of objectives, branches, other metrics, reasons) goes into user attributes
 * (`KEPT`), from which `toStudy` rebuilds it.
 */
import { excessOf, type Measurement, type StudyDefinition, type TrialRecord, type Values } from '#core';
import { asSearched, flatten, spaceFromJson, type Dimension } from '#space';
import { distributionOf, internalOf } from './distribution.ts';
import {
  jsonNumber,
  KEPT,
  SYSTEM,
  type Attributes,
  type OptunaParam,
  type OptunaState,
  type OptunaStudy,
  type OptunaTrial,
} from './model.ts';

const STATE: { readonly [S in TrialRecord['state']]: OptunaState } = {
  waiting: 'WAITING',
  running: 'RUNNING',
  // Optuna knows no pause: the trial is unfinished.
  paused: 'RUNNING',
  complete: 'COMPLETE',
  pruned: 'PRUNED',
  failed: 'FAIL',
};

export function fromStudy(
  definition: StudyDefinition,
  trials: readonly TrialRecord[],
  attributes: Attributes,
): OptunaStudy {
  const { dimensions } = spaceFromJson(definition.space);
  const names = definition.objectives.map(({ name }) => name);
  return {
    name: definition.name,
    directions: definition.objectives.map(({ direction }) => direction),
    userAttrs: { ...attributes, [KEPT.definition]: JSON.stringify(definition) },
    systemAttrs: { [SYSTEM.metricNames]: names },
    // A constant that was a parameter before an edit: earlier trials have other values of it.
    trials: trials.map((trial) => trialOf(trial, definition, dimensions.map(asSearched))),
  };
}

function trialOf(
  trial: TrialRecord,
  { objectives, limits = [] }: StudyDefinition,
  dimensions: readonly Dimension[],
): OptunaTrial {
  const names = objectives.map(({ name }) => name);
  const flat = flatten(trial.params);
  const params: Record<string, OptunaParam> = {};
  // A waiting trial has none yet in Optuna: it is told what to draw.
  if (trial.state !== 'waiting')
    for (const { path, param } of dimensions) {
      const value = flat[path];
      if (value === undefined) continue;
      const internal = internalOf(param, value);
      // A category that an edit of the space took away has no index any more.
      if (internal >= 0 || param.kind === 'float' || param.kind === 'int')
        params[path] = { internal, distribution: distributionOf(param) };
    }
  const values = 'values' in trial ? trial.values : null;
  const told = values === null ? null : names.map((name) => values[name] ?? NaN);
  const [only] = names;
  // Optuna takes intermediate values only in studies of one objective.
  const reported = names.length === 1 && only !== undefined ? only : null;
  const others = trial.measurements
    .map(({ step, values: all }) => [step, numbersBut(all, reported)] as const)
    .filter(([, rest]) => Object.keys(rest).length > 0);
  return {
    state: STATE[trial.state],
    values: told === null || told.some(Number.isNaN) ? null : told,
    params,
    intermediate: reported === null ? [] : trial.measurements.flatMap((at) => intermediateOf(at, reported)),
    userAttrs: {
      ...trial.attributes,
      ...(others.length === 0 ? {} : { [KEPT.measurements]: others }),
      ...(values === null || Object.keys(values).every((name) => names.includes(name))
        ? {}
        : { [KEPT.values]: numbersBut(values, null) }),
      ...(trial.state === 'failed' ? { [KEPT.error]: { ...trial.error } } : {}),
      ...(trial.state === 'pruned' ? { [KEPT.reason]: trial.reason } : {}),
      ...(trial.suggestedBy === null ? {} : { [KEPT.suggestedBy]: trial.suggestedBy }),
      ...(typeof trial.note === 'string' ? { [KEPT.note]: trial.note } : {}),
    },
    systemAttrs: {
      ...(trial.state === 'waiting' ? { [SYSTEM.fixedParams]: flat } : {}),
      // Optuna's form: at most 0 where a limit is kept.
      ...(values === null || limits.length === 0
        ? {}
        : { [SYSTEM.constraints]: limits.map((limit) => excessOf(limit, values[limit.metric] ?? 0)) }),
    },
    start: 'startedAt' in trial ? trial.startedAt : null,
    complete: 'endedAt' in trial ? trial.endedAt : null,
  };
}

function intermediateOf({ step, values }: Measurement, metric: string): (readonly [number, number])[] {
  const value = values[metric];
  return value === undefined ? [] : [[step, value]];
}

const numbersBut = (values: Values, left: string | null): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name !== left)
      .map(([name, value]) => [name, jsonNumber(value)]),
  );
