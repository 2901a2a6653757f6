import { expectTypeOf, test } from 'vitest';
import type { Dataset } from '#data';
import type { Layer } from '#nn';
import { branch, choice, float, int, space } from '#space';
import { experiment } from './experiment.ts';
import type { TrainPlan } from './experiment.ts';

declare const layer: Layer;
declare const plan: TrainPlan;

test('the params of model and train are inferred from the space', () => {
  experiment({
    dataset: 'digits',
    space: {
      learningRate: float(1e-4, 1e-1, { log: true }),
      batchSize: choice([32, 64, 128]),
      layers: int(1, 3),
      optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: {} }),
    },
    model: (p, data) => {
      expectTypeOf(p).toEqualTypeOf<{
        learningRate: number;
        batchSize: 32 | 64 | 128;
        layers: number;
        optimizer: { kind: 'sgd'; momentum: number } | { kind: 'adam' };
      }>();
      expectTypeOf(data).toEqualTypeOf<Dataset>();
      return layer;
    },
    train: (p) => {
      expectTypeOf(p.batchSize).toEqualTypeOf<32 | 64 | 128>();
      // @ts-expect-error TS2339 -- the space has no such parameter
      void p.learningrate;
      return plan;
    },
    objective: { metric: 'accuracy', goal: 'maximize' },
  });
});

test('a space made before is taken as well', () => {
  experiment({
    dataset: 'digits',
    space: space({ units: choice([16, 32]) }),
    model: (p) => {
      expectTypeOf(p).toEqualTypeOf<{ units: 16 | 32 }>();
      return layer;
    },
    train: () => plan,
    objective: { metric: 'accuracy', goal: 'maximize' },
  });
});

test('a goal is one of two words', () => {
  experiment({
    dataset: 'digits',
    space: { units: choice([16, 32]) },
    model: () => layer,
    train: () => plan,
    // @ts-expect-error TS2322 -- 'max' is not a goal
    objective: { metric: 'accuracy', goal: 'max' },
  });
});
