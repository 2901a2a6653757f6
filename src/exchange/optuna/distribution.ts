/**
 * Our parameters as Optuna's distributions and back. Optuna has real and whole numbers (log scale or step) and categories; a branch becomes the category of its
 * label, a constant a category of one, a logit scale is lost (the definition kept beside it has it).
 * Source: optuna/distributions.py of 3.1.0; the five classes that 3.0 deprecated are read too.
 */
import { choice, fixed, float, int, type Param } from '#space';
import { parsePythonJson } from './model.ts';

/** A distribution as it was read; `choices` may hold anything that JSON can. */
export type Distribution =
  | {
      readonly kind: 'float' | 'int';
      readonly low: number;
      readonly high: number;
      readonly log: boolean;
      readonly step: number | null;
    }
  | { readonly kind: 'category'; readonly choices: readonly Category[] };

type Category = string | number | boolean | null;

/** As Python would print it: Optuna tells a FloatDistribution from an IntDistribution by name, and compares categories as values. */
export function distributionOf(param: Param): string {
  const json = (name: string, attributes: object): string => JSON.stringify({ name, attributes });
  switch (param.kind) {
    case 'float':
      return json('FloatDistribution', { step: param.step, low: param.low, high: param.high, log: param.log });
    case 'int':
      return json('IntDistribution', { log: param.log, step: param.step, low: param.low, high: param.high });
    case 'choice':
      return json('CategoricalDistribution', { choices: param.choices });
    case 'branch':
      return json('CategoricalDistribution', { choices: Object.keys(param.branches) });
    case 'fixed':
      return json('CategoricalDistribution', { choices: [param.value] });
  }
}

/** What Optuna stores for a value: the number, or the index of the category. */
export function internalOf(param: Param, value: unknown): number {
  const labels =
    param.kind === 'choice'
      ? param.choices
      : param.kind === 'branch'
        ? Object.keys(param.branches)
        : param.kind === 'fixed'
          ? [param.value]
          : null;
  return labels === null ? Number(value) : (labels as readonly unknown[]).indexOf(value);
}

/** Null if the text is no distribution that is known. */
export function readDistribution(text: string): Distribution | null {
  let json: unknown;
  try {
    json = parsePythonJson(text);
  } catch {
    return null;
  }
  if (!isRecord(json) || typeof json['name'] !== 'string' || !isRecord(json['attributes'])) return null;
  const { choices, low, high, step = null, q = step, log = false } = json['attributes'];
  if (json['name'] === 'CategoricalDistribution')
    return Array.isArray(choices) && choices.length > 0 ? { kind: 'category', choices: choices.map(categoryOf) } : null;
  const shape = SHAPES.get(json['name']);
  const isNumber = (v: unknown): v is number => typeof v === 'number' && Number.isFinite(v);
  if (shape === undefined || !isNumber(low) || !isNumber(high) || !(low <= high)) return null;
  if (q !== null && !(isNumber(q) && q > 0)) return null;
  return { kind: shape.kind, low, high, log: shape.log || log === true, step: q };
}

const SHAPES: ReadonlyMap<string, { readonly kind: 'float' | 'int'; readonly log: boolean }> = new Map([
  ['FloatDistribution', { kind: 'float', log: false }],
  ['UniformDistribution', { kind: 'float', log: false }],
  ['DiscreteUniformDistribution', { kind: 'float', log: false }],
  ['LogUniformDistribution', { kind: 'float', log: true }],
  ['IntDistribution', { kind: 'int', log: false }],
  ['IntUniformDistribution', { kind: 'int', log: false }],
  ['IntLogUniformDistribution', { kind: 'int', log: true }],
]);

/** Ours are plain values: a list or an object stands for itself as text. */
const categoryOf = (value: unknown): Category =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as Category); // what else JSON holds

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value that an internal number stands for; undefined if it stands for none. */
export function externalOf(distribution: Distribution, internal: number): Category | undefined {
  if (distribution.kind === 'category') return distribution.choices[internal];
  return distribution.kind === 'int' ? Math.round(internal) : internal;
}

/**
 * One parameter for all the distributions a name was drawn from, and whether they differed: numbers get the widest range, categories all that occurred.
 * Null if they are of different kinds.
 */
export function paramOf(
  distributions: readonly Distribution[],
): { readonly param: Param; readonly merged: boolean } | null {
  const [first] = distributions;
  if (first === undefined || distributions.some(({ kind }) => kind !== first.kind)) return null;
  const merged = distributions.some((one) => JSON.stringify(one) !== JSON.stringify(first));
  if (first.kind === 'category') {
    const [head, ...rest] = new Set(distributions.flatMap((one) => (one.kind === 'category' ? one.choices : [])));
    if (head === undefined) return null;
    // Categories have no order in Optuna.
    return { param: rest.length === 0 ? fixed(head) : choice([head, ...rest], { ordered: false }), merged };
  }
  const ranges = distributions.flatMap((one) => (one.kind === 'category' ? [] : [one]));
  const low = Math.min(...ranges.map((one) => one.low));
  const high = Math.max(...ranges.map((one) => one.high));
  if (low === high) return { param: fixed(low), merged };
  const make = first.kind === 'int' ? int : float;
  if (ranges.every(({ log }) => log) && low > 0) return { param: make(low, high, { log: true }), merged };
  // Steps of one grid only: with another step or another start the points of both lie on no common one.
  const step = ranges.every((one) => one.step === first.step && (one.low - first.low) % (first.step ?? 1) === 0)
    ? first.step
    : null;
  return { param: step === null || step > high - low ? make(low, high) : make(low, high, { step }), merged };
}
