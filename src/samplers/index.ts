import type { Sampler } from '#core';
import { grid } from './grid.ts';
import { random } from './random.ts';

export { grid, type GridOptions } from './grid.ts';
export { random } from './random.ts';

/** Samplers by the name that options, YAML files and the command line use. */
export const samplers: Readonly<Record<string, () => Sampler>> = {
  auto: () => ({ ...random(), name: 'auto' }),
  grid,
  random,
};
