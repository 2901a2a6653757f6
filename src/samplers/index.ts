import type { Sampler } from '#core';
import { gp } from './gp.ts';
import { grid } from './grid.ts';
import { random } from './random.ts';

export { gp, type GpOptions } from './gp.ts';
export { grid, type GridOptions } from './grid.ts';
export { random } from './random.ts';

/** Samplers by the name that options, YAML files and the command line use. */
export const samplers: Readonly<Record<string, () => Sampler>> = {
  auto: () => ({ ...gp(), name: 'auto' }),
  gp: () => gp(),
  grid,
  random,
};
