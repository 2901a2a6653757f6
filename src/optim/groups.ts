/**
 * Parameters that learn at another pace: the learning rate and weight decay of a group are the optimizer's, multiplied.
 * Multiples, so that one schedule and one searched learning rate govern all of them.
 */
import type { Scalars } from './optimizer.ts';
import { isNonNegative, requireOption } from './options.ts';

export interface ParameterGroup {
  /** Parameters whose name begins with this: `'dense2'`, `'residual1.body'`. The first group that fits counts. */
  readonly prefix: string;
  /** Multiplies the learning rate; 0 freezes the group. Default 1. */
  readonly learningRate?: number;
  /** Multiplies the weight decay. Default 1. */
  readonly weightDecay?: number;
}

/** @internal The index of the group of a parameter; −1 for none. */
export const groupOf = (groups: readonly ParameterGroup[], name: string): number =>
  groups.findIndex(({ prefix }) => name === prefix || name.startsWith(`${prefix}.`));

/** @internal The hyperparameters as a group sees them. */
export const scaledScalars = (
  { learningRate: rate = 1, weightDecay: decay = 1 }: ParameterGroup,
  scalars: Scalars,
): Scalars => ({
  ...scalars,
  ...(scalars['learningRate'] !== undefined && { learningRate: scalars['learningRate'] * rate }),
  ...(scalars['weightDecay'] !== undefined && { weightDecay: scalars['weightDecay'] * decay }),
});

/** @internal Refuses groups that cannot be meant: bad numbers, or a prefix that no parameter has. */
export function checkGroups(groups: readonly ParameterGroup[], names: readonly string[]): void {
  for (const group of groups) {
    const { prefix, learningRate = 1, weightDecay = 1 } = group;
    const owner = `group "${prefix}"`;
    requireOption(isNonNegative(learningRate), owner, 'learningRate', 'a multiple >= 0', learningRate);
    requireOption(isNonNegative(weightDecay), owner, 'weightDecay', 'a multiple >= 0', weightDecay);
    const fits = names.some((name) => groupOf([group], name) === 0);
    requireOption(
      fits,
      owner,
      'prefix',
      `the beginning of a parameter's name (${names.slice(0, 6).join(', ')} …)`,
      prefix,
    );
  }
}
