/**
 * Spaces as JSON: what is stored with a study and what a YAML file says.
 *   { "learningRate": { "type": "float", "low": 1e-5, "high": 0.1, "log": true },
 *     "optimizer": { "type": "branch", "branches": { "sgd": { "momentum": { … } }, "adam": {} } },
 *     "$constraints": [{ "linear": { "layers": 1, "heads": 2 }, "atMost": 12 }, { "predicate": "fits the memory" }] }
 */
import type { Constraint } from './constraint.ts';
import type { Choice, Fields, Param, Prior } from './param.ts';

export type ParamJson =
  | {
      readonly type: 'float' | 'int';
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      /** Of a float. */
      readonly logit?: boolean;
      readonly step?: number;
      readonly default?: number;
      readonly prior?: Prior<number>;
    }
  | {
      readonly type: 'choice';
      readonly choices: readonly Choice[];
      readonly ordered?: boolean;
      readonly default?: Choice;
      readonly prior?: Prior<Choice>;
    }
  | {
      readonly type: 'branch';
      readonly branches: { readonly [label: string]: FieldsJson };
      readonly default?: string;
      readonly prior?: Prior<string>;
    }
  | { readonly type: 'fixed'; readonly value: Choice; readonly was?: ParamJson };
export interface FieldsJson {
  readonly [name: string]: ParamJson;
}
export type ConstraintJson =
  | {
      readonly linear: Readonly<Record<string, number>>;
      readonly atMost?: number;
      readonly atLeast?: number;
    }
  | { readonly predicate: string };
/** A list stands under `$constraints` only. */
export interface SpaceJson {
  readonly [name: string]: ParamJson | readonly ConstraintJson[];
}

/** The key of the constraints; no parameter can have this name. */
export const CONSTRAINTS = '$constraints';

/** @internal */
export const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));

/** Only what differs from the default is written. */
export const toSpaceJson = (fields: Fields, constraints: readonly Constraint[]): SpaceJson => ({
  ...toFieldsJson(fields),
  ...(constraints.length === 0 ? {} : { [CONSTRAINTS]: constraints.map(toConstraintJson) }),
});

const toFieldsJson = (fields: Fields): FieldsJson => mapValues(fields, toParamJson);

function toConstraintJson(constraint: Constraint): ConstraintJson {
  if (constraint.kind === 'predicate') return { predicate: constraint.name };
  const { coefficients, atMost, atLeast } = constraint;
  return {
    linear: coefficients,
    ...(atMost === null ? {} : { atMost }),
    ...(atLeast === null ? {} : { atLeast }),
  };
}

/** @internal */
export function toParamJson(param: Param): ParamJson {
  switch (param.kind) {
    case 'float':
    case 'int': {
      const { kind, low, high, log, step, default: start, prior } = param;
      const usualStep = kind === 'int' ? 1 : null;
      return {
        type: kind,
        low,
        high,
        ...(log ? { log } : {}),
        ...(param.kind === 'float' && param.logit ? { logit: true } : {}),
        ...(step !== null && step !== usualStep ? { step } : {}),
        ...(start === null ? {} : { default: start }),
        ...(prior === null ? {} : { prior }),
      };
    }
    case 'choice': {
      const { choices, ordered, default: start, prior } = param;
      const usual = choices.every((c) => typeof c === 'number');
      return {
        type: 'choice',
        choices,
        ...(ordered === usual ? {} : { ordered }),
        ...(start === undefined ? {} : { default: start }),
        ...(prior === null ? {} : { prior }),
      };
    }
    case 'branch':
      return {
        type: 'branch',
        branches: mapValues(param.branches, toFieldsJson),
        ...(param.default === null ? {} : { default: param.default }),
        ...(param.prior === null ? {} : { prior: param.prior }),
      };
    case 'fixed':
      return { type: 'fixed', value: param.value, ...(param.was === null ? {} : { was: toParamJson(param.was) }) };
  }
}
