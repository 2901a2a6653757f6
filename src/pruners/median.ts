/** The median stopping rule: `percentile` with 50 (Golovin et al. 2017, "Google Vizier", KDD, §3.1; see percentile.ts). */
import type { Pruner } from '#core';
import { percentilePruner, type PercentileOptions } from './percentile.ts';

export type MedianOptions = Omit<PercentileOptions, 'percentile'>;

export const median = (options: MedianOptions = {}): Pruner =>
  percentilePruner('median', { ...options, percentile: 50 });
