import { expectTypeOf, test } from 'vitest';
import { branch, float, space } from '#space';
import { experiment, type TrainPlan } from '#tune';
import { architectures } from './index.ts';

declare const plan: TrainPlan;
const { mobilenet, resnet9, vit } = architectures;

test('hyperparameters have the types of their space', () => {
  expectTypeOf(space(mobilenet.space).parse({})).toEqualTypeOf<{
    width: 0.35 | 0.5 | 0.75 | 1 | 1.4;
    dropout: number;
    squeeze: boolean;
    activation: 'relu' | 'silu';
  }>();
});

test('a space goes into that of an experiment, and its build is the model', () => {
  experiment({
    dataset: 'digits',
    space: { ...resnet9.space, learningRate: float(1e-4, 1e-1, { log: true }) },
    model: resnet9.build,
    train: (p) => {
      expectTypeOf(p).toEqualTypeOf<{ width: 8 | 16 | 32 | 64; dropout: number; learningRate: number }>();
      return plan;
    },
    objective: { metric: 'accuracy', goal: 'maximize' },
  });
});

test('of several, a branch says which', () => {
  experiment({
    dataset: 'digits',
    space: { net: branch({ resnet9: resnet9.space, vit: vit.space }) },
    model: ({ net }, data) => (net.kind === 'vit' ? vit.build(net, data) : resnet9.build(net, data)),
    train: () => plan,
    objective: { metric: 'accuracy', goal: 'maximize' },
  });
  // @ts-expect-error TS2345 -- a ResNet-9 has no patch
  resnet9.build({ patch: 4 }, { classes: 2, name: '', inputShape: [1], task: { kind: 'regression', target: '' } });
});
