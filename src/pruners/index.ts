import type { Pruner } from '#core';
import { none } from './none.ts';

export { none } from './none.ts';

/** Pruners by the name that options, YAML files and the command line use. */
export const pruners: Readonly<Record<string, () => Pruner>> = {
  auto: () => ({ ...none(), name: 'auto' }),
  none,
};
