import type { Sampler } from '#core';
import { auto } from './auto.ts';
import { cmaEs } from './cma-es.ts';
import { gp } from './gp.ts';
import { grid } from './grid.ts';
import { halton } from './halton.ts';
import { nsga2 } from './nsga2.ts';
import { pbt } from './pbt.ts';
import { random } from './random.ts';
import { sobol } from './sobol.ts';
import { tpe } from './tpe.ts';

export { auto, type AutoOptions } from './auto.ts';
export { cmaEs, type CmaEsOptions } from './cma-es.ts';
export { startAtDefaults } from './defaults.ts';
export { gp, type GpOptions } from './gp.ts';
export { grid, type GridOptions } from './grid.ts';
export { halton } from './halton.ts';
export { nsga2, type Nsga2Options } from './nsga2.ts';
export { pbt, type PbtOptions } from './pbt.ts';
export { random } from './random.ts';
export { sobol } from './sobol.ts';
export { tpe, type TpeOptions } from './tpe.ts';
export { startAtTransferred, transferFrom, type EarlierStudy } from './transfer.ts';

/** Samplers by the name that options, YAML files and the command line use. */
export const samplers: Readonly<Record<string, () => Sampler>> = {
  auto: () => auto(),
  cmaEs: () => cmaEs(),
  gp: () => gp(),
  grid,
  halton,
  nsga2: () => nsga2(),
  pbt: () => pbt(),
  random,
  sobol,
  tpe: () => tpe(),
};
