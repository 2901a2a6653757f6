import { expectTypeOf, test } from 'vitest';
import { branch, choice, fixed, float, int, sampleUniform, space, type Fields, type Infer, type Space } from '#space';
import type { Rng } from '#math';

const s = space({
  learningRate: float(1e-5, 1e-1, { log: true }),
  batchSize: choice([32, 64, 128]),
  layers: int(1, 4),
  activation: choice(['relu', null, true]),
  epochs: fixed(10),
  optimizer: branch({
    sgd: { momentum: float(0, 0.99), schedule: branch({ none: {}, step: { every: int(1, 10) } }) },
    adam: { beta2: float(0.9, 0.9999) },
    rprop: {},
  }),
});

interface Expected {
  learningRate: number;
  batchSize: 32 | 64 | 128;
  layers: number;
  activation: 'relu' | true | null;
  epochs: 10;
  optimizer:
    | { kind: 'sgd'; momentum: number; schedule: { kind: 'none' } | { kind: 'step'; every: number } }
    | { kind: 'adam'; beta2: number }
    | { kind: 'rprop' };
}

test('the parameters of a trial are inferred, literals and branches included', () => {
  expectTypeOf<Infer<typeof s>>().toEqualTypeOf<Expected>();
  expectTypeOf(s.parse(null)).toEqualTypeOf<Expected>();
  expectTypeOf(sampleUniform(s, null as unknown as Rng)).toEqualTypeOf<Expected>();
});

test('negative control: a wrong type is seen', () => {
  // @ts-expect-error TS2344 -- batchSize is a union of three numbers, not string
  expectTypeOf<Infer<typeof s>['batchSize']>().toEqualTypeOf<string>();
  // @ts-expect-error TS2344 -- and not any number either
  expectTypeOf<Infer<typeof s>['batchSize']>().toEqualTypeOf<number>();
  // @ts-expect-error TS2339 -- there is no such parameter
  expectTypeOf<Infer<typeof s>['momentum']>().toBeNumber();
});

test('a branch narrows by its kind', () => {
  const p = s.parse(null);
  if (p.optimizer.kind === 'sgd') expectTypeOf(p.optimizer.momentum).toBeNumber();
  // @ts-expect-error TS2339 -- momentum exists under sgd only
  void p.optimizer.momentum;
});

test('log, logit and step exclude one another, an empty choice and a foreign default do not compile', () => {
  // @ts-expect-error TS2322 -- log with step
  float(1, 2, { log: true, step: 0.1 });
  float(0.1, 0.9, { logit: true, default: 0.5 });
  // @ts-expect-error TS2345 -- log with logit
  float(0.1, 0.9, { log: true, logit: true });
  // @ts-expect-error TS2345 -- logit with step
  float(0.1, 0.9, { logit: true, step: 0.1 });
  // @ts-expect-error TS2353 -- an int has no logit scale
  int(1, 9, { logit: true });
  // @ts-expect-error TS2345 -- a choice of nothing
  choice([]);
  // @ts-expect-error TS2322 -- 'tanh' is not among the choices
  choice(['relu', 'gelu'], { default: 'tanh' });
  // @ts-expect-error TS2322 -- 'lion' is not a label
  branch({ sgd: {}, adam: {} }, { default: 'lion' });
});

test('any space is a Space, so that algorithms can take it', () => {
  expectTypeOf(s).toExtend<Space>();
  expectTypeOf<Space>().toEqualTypeOf<Space<Fields>>();
});

test('a prior names values of its parameter', () => {
  float(0, 1, { prior: { mean: 0.5, confidence: 0.5 } });
  int(1, 9, { log: true, prior: [2, 4] });
  choice(['relu', 'gelu'], { prior: { mean: 'gelu', confidence: 0.9 } });
  branch({ sgd: {}, adam: {} }, { prior: ['adam'] });
  // @ts-expect-error TS2322 -- 'tanh' is not among the choices
  choice(['relu', 'gelu'], { prior: ['tanh'] });
  // @ts-expect-error TS2322 -- 'lion' is not a label
  branch({ sgd: {}, adam: {} }, { prior: { mean: 'lion', confidence: 0.5 } });
  // @ts-expect-error TS2322 -- a mean has a confidence
  float(0, 1, { prior: { mean: 0.5 } });
});
