/**
 * What parameters must satisfy together: linear inequalities, and predicates of the user's own.
 *   linear      Σ coefficient · value, at most or at least a bound; holds as soon as one of its parameters is inactive, for then there is no sum
 *   predicate   a named function of the parameters; JSON keeps the name, the code must be given again
 * A sum may miss its bound by 1e-9 of its terms, so that 0.1 + 0.2 is at most 0.3.
 */
import { TuneError } from '#math';
import { flatten } from './flat.ts';

export interface LinearConstraint {
  readonly kind: 'linear';
  /** By path: `{ dropout: 1, 'optimizer.sgd.momentum': 2 }`. */
  readonly coefficients: Readonly<Record<string, number>>;
  readonly atMost: number | null;
  readonly atLeast: number | null;
}

export interface PredicateConstraint<P = never> {
  readonly kind: 'predicate';
  readonly name: string;
  /** Null where only the name was stored. */
  readonly allows: ((params: P) => boolean) | null;
}

/** `Constraint` without parameters is any of them; `space` asks for those that take its own parameters. */
export type Constraint<P = never> = LinearConstraint | PredicateConstraint<P>;

/** Code of predicates by name, for spaces that were read from JSON. */
export type Predicates = Readonly<Record<string, (params: never) => boolean>>;

/** `linear({ coefficients: { layers: 1, heads: 2 }, atMost: 12 })`; paths lead to floats, ints and choices of numbers. */
export function linear({
  coefficients,
  atMost,
  atLeast,
}: {
  readonly coefficients: Readonly<Record<string, number>>;
  readonly atMost?: number;
  readonly atLeast?: number;
}): LinearConstraint {
  return { kind: 'linear', coefficients, atMost: atMost ?? null, atLeast: atLeast ?? null };
}

/** `predicate('fits the memory', (params) => params.layers * params.units <= 4096)`. The function must be pure: it is asked often. */
export function predicate<P>(name: string, allows: (params: P) => boolean): PredicateConstraint<P> {
  return { kind: 'predicate', name, allows };
}

/** As one would write it down: `layers + 2 heads <= 12`, or the name. */
export function describeConstraint(constraint: Constraint): string {
  if (constraint.kind === 'predicate') return `"${constraint.name}"`;
  const { coefficients, atMost, atLeast } = constraint;
  const sum = Object.entries(coefficients)
    .map(([path, c], i) => {
      const sign = c < 0 ? '-' : '+';
      const size = Math.abs(c) === 1 ? '' : `${Math.abs(c)} `;
      return `${i > 0 ? `${sign} ` : c < 0 ? '-' : ''}${size}${path}`;
    })
    .join(' ');
  if (atMost !== null && atLeast !== null) return `${atLeast} <= ${sum} <= ${atMost}`;
  return atMost !== null ? `${sum} <= ${atMost}` : `${sum} >= ${atLeast}`;
}

/** The first constraint that parsed parameters do not satisfy; null if they satisfy all. */
export function brokenConstraint(constraints: readonly Constraint[], params: object): Constraint | null {
  return constraints.find((constraint) => !holds(constraint, params)) ?? null;
}

function holds(constraint: Constraint, params: object): boolean {
  return constraint.kind === 'linear' ? linearHolds(constraint, params) : predicateHolds(constraint, params);
}

function linearHolds({ coefficients, atMost, atLeast }: LinearConstraint, params: object): boolean {
  const flat = flatten(params as Readonly<Record<string, unknown>>); // any object may be read by string keys
  let sum = 0;
  let size = 0;
  for (const [path, c] of Object.entries(coefficients)) {
    const value = flat[path];
    if (value === undefined) return true;
    sum += c * Number(value);
    size += Math.abs(c * Number(value));
  }
  const slack = 1e-9 * size;
  return (atMost === null || sum <= atMost + slack) && (atLeast === null || sum >= atLeast - slack);
}

function predicateHolds({ name, allows }: PredicateConstraint, params: object): boolean {
  if (allows === null)
    throw new TuneError(
      'missing-predicate',
      `the space has the constraint "${name}", whose code is not here; give it in the space of createStudy or of the experiment file, or by openStudy(storage, name, { predicates: { ${JSON.stringify(name)}: (params) => … } }).`,
      { name },
    );
  let answer: unknown;
  try {
    answer = allows(params as never); // space() has typed the function by the parameters that are parsed here
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TuneError('bad-predicate', `constraint "${name}" threw "${why}" on ${JSON.stringify(params)}.`, { name });
  }
  if (typeof answer !== 'boolean')
    throw new TuneError(
      'bad-predicate',
      `constraint "${name}" must answer true or false; it answered ${JSON.stringify(answer)} on ${JSON.stringify(params)}.`,
      { name },
    );
  return answer;
}

/** The code of a space's predicates, as far as it is here. */
export function predicatesOf(constraints: readonly Constraint[]): Predicates {
  return Object.fromEntries(
    constraints.flatMap((c) => (c.kind === 'predicate' && c.allows !== null ? [[c.name, c.allows] as const] : [])),
  );
}

/** Which parameters a predicate reads at a point, by their names at the top: for messages. */
export function parametersRead(constraint: Constraint, params: object): string[] {
  if (constraint.kind === 'linear') return Object.keys(constraint.coefficients);
  const read = new Set<string>();
  const watched = new Proxy(params, {
    get(target, key, receiver): unknown {
      if (typeof key === 'string') read.add(key);
      return Reflect.get(target, key, receiver);
    },
  });
  holds(constraint, watched);
  return [...read];
}
