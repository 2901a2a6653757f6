import { expectTypeOf, test } from 'vitest';
import { branch, choice, float, space } from '#space';
import { createStudy } from '#study';

const study = await createStudy({
  space: space({ lr: float(0, 1), o: branch({ sgd: { m: float(0, 1) }, adam: {} }), b: choice([1, 2]) }),
  objectives: { accuracy: 'maximize', seconds: 'minimize' },
});

test('a trial has the parameters of the space', async () => {
  const { params } = await study.ask();
  expectTypeOf(params).toEqualTypeOf<{ lr: number; o: { kind: 'sgd'; m: number } | { kind: 'adam' }; b: 1 | 2 }>();
  expectTypeOf(study.trials[0]?.params.b).toEqualTypeOf<1 | 2 | undefined>();
  expectTypeOf(study.pareto[0]?.params.lr).toEqualTypeOf<number | undefined>();
});

test('a result has every objective', async () => {
  const trial = await study.ask();
  void study.tell(trial, { accuracy: 1, seconds: 2 });
  void study.tell(trial, { state: 'pruned' });
  void study.tell(trial, { state: 'failed', error: new Error('x') });
  // @ts-expect-error TS2345 -- seconds is missing
  void study.tell(trial, { accuracy: 1 });
  // @ts-expect-error TS2353 -- there is no such objective
  void study.tell(trial, { accuracy: 1, seconds: 2, loss: 3 });
  void study.optimize(({ params }) => ({ accuracy: params.lr, seconds: 1 }), { trials: 1 });
  // @ts-expect-error TS2322 -- seconds is missing
  void study.optimize(() => ({ accuracy: 1 }), { trials: 1 });
  // @ts-expect-error TS2339 -- there is no such parameter
  void trial.params.learningRate;
});

test('enqueued parameters must fit', () => {
  void study.enqueue({ lr: 0.1, o: { kind: 'adam' }, b: 1 });
  // @ts-expect-error TS2322 -- 3 is not among the choices
  void study.enqueue({ lr: 0.1, o: { kind: 'adam' }, b: 3 });
});

test('a direction is one of two words', () => {
  // @ts-expect-error TS2322 -- 'max' is not a direction
  void createStudy({ space: space({ lr: float(0, 1) }), objectives: { y: 'max' } });
});
