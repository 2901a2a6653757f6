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
  // @ts-expect-error TS2339 -- a record has no other parameters than the space
  void study.best?.params.learningRate;
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

test('values are fixed by path, with the type of the parameter', () => {
  void study.ask({ fixed: { lr: 0.1, o: 'sgd', 'o.sgd.m': 0.9 } });
  // @ts-expect-error TS2322 -- there is no such label
  void study.ask({ fixed: { o: 'lion' } });
  // @ts-expect-error TS2353 -- momentum is called m
  void study.ask({ fixed: { 'o.sgd.momentum': 0.9 } });
  void createStudy({ space: space({ lr: float(0, 1) }), objectives: { y: 'minimize' }, fixed: { lr: 0.1 } });
  // @ts-expect-error TS2322 -- a text is no number
  void createStudy({ space: space({ lr: float(0, 1) }), objectives: { y: 'minimize' }, fixed: { lr: 'x' } });
});

test('parameters may be enqueued in part', () => {
  void study.enqueue({ o: { kind: 'sgd' } });
  void study.enqueue({});
  // @ts-expect-error TS2322 -- m is a field of sgd
  void study.enqueue({ o: { kind: 'adam', m: 0.1 } });
});

test('an edited study has the parameters of the new space', async () => {
  const edited = await study.edit(space({ lr: float(0, 2), n: choice([1, 2], { default: 1 }) }), { fixed: { n: 2 } });
  expectTypeOf((await edited.ask()).params).toEqualTypeOf<{ lr: number; n: 1 | 2 }>();
});
