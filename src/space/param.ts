/**
 * Parameters as values; the types of a trial's parameters are inferred from them.
 * Carrier: a phantom property that exists in types only (as Kysely's `__select__`); reading: an indexed lookup.
 * A definition does not know its name yet, so wrong bounds are reported by `space()`, which does.
 */

/** A value that a choice or a fixed parameter may take: what JSON keeps exactly. */
export type Choice = string | number | boolean | null;

declare const out: unique symbol;

interface Typed<out Out> {
  /** Never present at run time. */
  readonly [out]?: Out;
}

/**
 * Where good values are believed to be: around a value, with a confidence in (0, 1], or near each of a few (see prior.ts for what that means in numbers).
 * It is where a search begins; results overrule it.
 */
export type Prior<T extends Choice> = { readonly mean: T; readonly confidence: number } | readonly T[];

/** A real number in [low, high], both ends included; with `step` only low, low + step, … */
export interface FloatParam extends Typed<number> {
  readonly kind: 'float';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  /** On the scale of ln(x / (1 - x)), for shares: 0.001 to 0.01 is as far as 0.99 to 0.999. */
  readonly logit: boolean;
  readonly step: number | null;
  readonly default: number | null;
  readonly prior: Prior<number> | null;
}

/** A whole number in [low, high], both ends included; `step` counts from low. */
export interface IntParam extends Typed<number> {
  readonly kind: 'int';
  readonly low: number;
  readonly high: number;
  readonly log: boolean;
  readonly step: number;
  readonly default: number | null;
  readonly prior: Prior<number> | null;
}

/**
 * One of a list. Ordered choices are neighbours of each other for model-based samplers: lists of numbers by value,
 * other lists (only when asked for) as written. Grid search keeps the written order either way.
 */
export interface ChoiceParam<C extends Choice = Choice> extends Typed<C> {
  readonly kind: 'choice';
  readonly choices: readonly C[];
  readonly ordered: boolean;
  readonly default: C | undefined;
  readonly prior: Prior<C> | null;
}

/** One of several groups of parameters; at run time `{ kind: 'sgd', momentum: 0.9 }`. */
export interface BranchParam<B extends Branches = Branches> extends Typed<InferBranches<B>> {
  readonly kind: 'branch';
  readonly branches: B;
  readonly default: string | null;
  /** Of labels. */
  readonly prior: Prior<string> | null;
}

/** A constant that travels with the parameters. */
export interface FixedParam<C extends Choice = Choice> extends Typed<C> {
  readonly kind: 'fixed';
  readonly value: C;
  /** What it was before the space of a running study was edited: earlier trials have other values of it, and models go on learning from them. */
  readonly was: FloatParam | IntParam | ChoiceParam | null;
}

export type Param = FloatParam | IntParam | ChoiceParam | BranchParam | FixedParam;
export interface Fields {
  readonly [name: string]: Param;
}
export interface Branches {
  readonly [label: string]: Fields;
}

type Prettify<T> = { [K in keyof T]: T[K] } & {};
export type InferParam<P> = P extends Typed<infer Out> ? Out : never;
export type InferFields<F> = Prettify<{ -readonly [K in keyof F]: InferParam<F[K]> }>;
type InferBranches<B> = { [L in keyof B]: Prettify<{ kind: L } & InferFields<B[L]>> }[keyof B];

/** `log`, `logit` and `step` exclude one another. */
type Scale = Beliefs &
  ({ readonly log?: false; readonly step?: number } | { readonly log: true; readonly step?: never });
type FloatScale =
  | (Scale & { readonly logit?: false })
  | (Beliefs & { readonly logit: true; readonly log?: never; readonly step?: never });
interface Beliefs {
  readonly default?: number;
  readonly prior?: Prior<number>;
}

/** `float(1e-5, 1e-1, { log: true })`, `float(0.9, 0.9999, { logit: true })`, `float(0, 0.5, { step: 0.1 })`. */
export function float(
  low: number,
  high: number,
  { log = false, logit = false, step, default: start, prior }: FloatScale = {},
): FloatParam {
  return { kind: 'float', low, high, log, logit, step: step ?? null, default: start ?? null, prior: prior ?? null };
}

/** `int(1, 4)`, `int(16, 512, { log: true })`, `int(0, 100, { step: 10 })`. */
export function int(low: number, high: number, { log = false, step, default: start, prior }: Scale = {}): IntParam {
  return { kind: 'int', low, high, log, step: step ?? 1, default: start ?? null, prior: prior ?? null };
}

/** `choice(['relu', 'gelu'])`; a list of numbers is ordered by value unless `{ ordered: false }`. */
export function choice<const T extends readonly [Choice, ...Choice[]]>(
  choices: T,
  {
    ordered,
    default: start,
    prior,
  }: {
    readonly ordered?: boolean;
    readonly default?: NoInfer<T[number]>;
    readonly prior?: Prior<NoInfer<T[number]>>;
  } = {},
): ChoiceParam<T[number]> {
  return {
    kind: 'choice',
    choices,
    ordered: ordered ?? choices.every((c) => typeof c === 'number'),
    default: start,
    prior: prior ?? null,
  };
}

/** `branch({ sgd: { momentum: float(0, 0.99) }, adam: {} })`: the fields of one label exist only when it is chosen. */
export function branch<const B extends Branches>(
  branches: B,
  {
    default: start,
    prior,
  }: { readonly default?: NoInfer<keyof B & string>; readonly prior?: Prior<NoInfer<keyof B & string>> } = {},
): BranchParam<B> {
  return { kind: 'branch', branches, default: start ?? null, prior: prior ?? null };
}

/** `fixed(10)`: the same value in every trial. */
export function fixed<const C extends Choice>(value: C): FixedParam<C> {
  return { kind: 'fixed', value, was: null };
}

/** The definition as one would write it, for messages. */
export function describeParam(param: Param): string {
  const text = (value: Choice) => JSON.stringify(value);
  const options = (...parts: (string | false | null)[]) => {
    const kept = parts.filter((p) => typeof p === 'string');
    return kept.length > 0 ? `, { ${kept.join(', ')} }` : '';
  };
  switch (param.kind) {
    case 'float':
      return `float(${param.low}, ${param.high}${options(param.log && 'log: true', param.logit && 'logit: true', param.step !== null && `step: ${param.step}`)})`;
    case 'int':
      return `int(${param.low}, ${param.high}${options(param.log && 'log: true', param.step !== 1 && `step: ${param.step}`)})`;
    case 'choice': {
      const usual = param.choices.every((c) => typeof c === 'number');
      return `choice([${param.choices.map(text).join(', ')}]${options(param.ordered !== usual && `ordered: ${param.ordered}`)})`;
    }
    case 'branch':
      return `branch({ ${Object.keys(param.branches).join(', ')} })`;
    case 'fixed':
      return `fixed(${text(param.value)})`;
  }
}
