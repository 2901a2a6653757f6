import type { Pruner } from '#core';
import { prunerLaws, type PrunerLawOptions } from '#testing';
import { describe, test } from 'vitest';
import { asha } from './asha.ts';
import { auto } from './auto.ts';
import { hyperband } from './hyperband.ts';
import { median } from './median.ts';
import { none } from './none.ts';
import { patience } from './patience.ts';
import { percentile } from './percentile.ts';
import { threshold } from './threshold.ts';

const cases: readonly [string, () => Pruner, PrunerLawOptions?][] = [
  ['none', none, { halts: false, diverged: 'continue' }],
  ['median', () => median(), { withWarmup: (warmupSteps) => median({ warmupSteps }) }],
  ['percentile', () => percentile({ percentile: 25 }), { withWarmup: (warmupSteps) => percentile({ warmupSteps }) }],
  [
    'threshold',
    () => threshold(),
    { comparesTrials: false, halts: false, withWarmup: (warmupSteps) => threshold({ upper: 0, warmupSteps }) },
  ],
  ['patience', () => patience({ patience: 3 }), { comparesTrials: false, halts: false }],
  ['patience around median', () => patience({ patience: 2, pruner: median() }), { halts: false }],
  ['patience around asha', () => patience({ patience: 2, pruner: asha() }), { halts: false }],
  ['auto', () => auto(), { withWarmup: (warmupSteps) => auto({ warmupSteps }) }],
  ['asha', () => asha(), { withWarmup: (minResource) => asha({ minResource }) }],
  ['hyperband', () => hyperband(), { withWarmup: (minResource) => hyperband({ minResource }) }],
];

for (const [name, make, options] of cases) {
  describe(name, () => {
    for (const law of prunerLaws(make, options)) test(law.name, law.check);
  });
}
