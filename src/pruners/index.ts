import type { Pruner } from '#core';
import { asha } from './asha.ts';
import { auto } from './auto.ts';
import { hyperband } from './hyperband.ts';
import { median } from './median.ts';
import { none } from './none.ts';
import { patience } from './patience.ts';
import { percentile } from './percentile.ts';
import { threshold } from './threshold.ts';

export { asha, type AshaOptions } from './asha.ts';
export { auto, type AutoOptions } from './auto.ts';
export { hyperband, type HyperbandOptions } from './hyperband.ts';
export { median, type MedianOptions } from './median.ts';
export { none } from './none.ts';
export { patience, type PatienceOptions } from './patience.ts';
export { percentile, type PercentileOptions } from './percentile.ts';
export { threshold, type ThresholdOptions } from './threshold.ts';

/** Pruners by the name that options, YAML files and the command line use. */
export const pruners: Readonly<Record<string, () => Pruner>> = {
  auto,
  asha,
  hyperband,
  median,
  none,
  patience,
  percentile,
  threshold,
};
