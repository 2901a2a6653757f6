/**
 * Spaces as JSON: what is stored with a study and what a YAML file says.
 *   { "learningRate": { "type": "float", "low": 1e-5, "high": 0.1, "log": true },
 *     "optimizer": { "type": "branch", "branches": { "sgd": { "momentum": { … } }, "adam": {} } } }
 */
import type { Choice, Fields, Param } from './param.ts';

export type ParamJson =
  | {
      readonly type: 'float' | 'int';
      readonly low: number;
      readonly high: number;
      readonly log?: boolean;
      readonly step?: number;
      readonly default?: number;
    }
  | {
      readonly type: 'choice';
      readonly choices: readonly Choice[];
      readonly ordered?: boolean;
      readonly default?: Choice;
    }
  | { readonly type: 'branch'; readonly branches: { readonly [label: string]: SpaceJson }; readonly default?: string }
  | { readonly type: 'fixed'; readonly value: Choice };
export interface SpaceJson {
  readonly [name: string]: ParamJson;
}

/** @internal */
export const mapValues = <A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, key: string) => B,
): Record<string, B> => Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));

/** Only what differs from the default is written. */
export const toSpaceJson = (fields: Fields): SpaceJson => mapValues(fields, toParamJson);

function toParamJson(param: Param): ParamJson {
  switch (param.kind) {
    case 'float':
    case 'int': {
      const { kind, low, high, log, step, default: start } = param;
      const usualStep = kind === 'int' ? 1 : null;
      return {
        type: kind,
        low,
        high,
        ...(log ? { log } : {}),
        ...(step !== null && step !== usualStep ? { step } : {}),
        ...(start === null ? {} : { default: start }),
      };
    }
    case 'choice': {
      const { choices, ordered, default: start } = param;
      const usual = choices.every((c) => typeof c === 'number');
      return {
        type: 'choice',
        choices,
        ...(ordered === usual ? {} : { ordered }),
        ...(start === undefined ? {} : { default: start }),
      };
    }
    case 'branch':
      return {
        type: 'branch',
        branches: mapValues(param.branches, toSpaceJson),
        ...(param.default === null ? {} : { default: param.default }),
      };
    case 'fixed':
      return { type: 'fixed', value: param.value };
  }
}
