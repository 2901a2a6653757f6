/** Types of parameters that are given in part: what a person fixes, and leaves the rest to the sampler. */

/** Some of the parameters; of a branch its label and some of its fields. */
export type PartialParams<P> = {
  readonly [K in keyof P]?: P[K] extends { readonly kind: string } ? PartialBranch<P[K]> : P[K];
};
type PartialBranch<B> = B extends { readonly kind: infer L }
  ? { readonly kind: L } & PartialParams<Omit<B, 'kind'>>
  : never;

/** Values by path: `{ learningRate: 0.01, optimizer: 'sgd', 'optimizer.sgd.momentum': 0.9 }`; typed through four branches within one another. */
export type FixedValues<P> = {
  readonly [E in Extract<Entries<P, '', 0>, readonly [string, unknown]> as E[0]]?: E[1];
};
/** A union of [path, value]. */
type Entries<P, Prefix extends string, Depth extends number> = {
  [K in keyof P & string]:
    | readonly [`${Prefix}${K}`, P[K] extends { readonly kind: infer L } ? L : P[K]]
    | (P[K] extends { readonly kind: string } ? BelowBranch<P[K], `${Prefix}${K}`, Depth> : never);
}[keyof P & string];
type BelowBranch<B, Path extends string, Depth extends number> = Depth extends 4
  ? never
  : B extends { readonly kind: infer L extends string }
    ? Entries<Omit<B, 'kind'>, `${Path}.${L}.`, Deeper[Depth & keyof Deeper]>
    : never;
interface Deeper {
  readonly 0: 1;
  readonly 1: 2;
  readonly 2: 3;
  readonly 3: 4;
}
