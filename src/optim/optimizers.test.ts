/**
 * All optimizers in one table each: against PyTorch, in float64 by the naive evaluator and in float32 by the engine; and
 * whether they find minima.
 */
import { expect, test } from 'vitest';
import { compile, Variables } from '#engine';
import { add, constant, matmul, mean, mul, parameter, slice, square, sub, sum, type Tensor } from '#graph';
import { evaluate } from '#testing';
import { adagrad } from './adagrad.ts';
import { adam, adamw } from './adam.ts';
import { muon } from './muon.ts';
import { nadam } from './nadam.ts';
import golden from './optim.golden.json' with { type: 'json' };
import type { Optimizer, Scalars } from './optimizer.ts';
import { rmsprop } from './rmsprop.ts';
import { sgd } from './sgd.ts';
import { accumulateStep, buildTrainStep, type StepRules, type Trainable } from './train-step.ts';

interface Problem {
  readonly loss: Tensor;
  readonly parameters: readonly Trainable[];
  readonly start: Readonly<Record<string, readonly number[]>>;
}

interface Step {
  readonly loss: number;
  readonly variables: ReadonlyMap<string, Float32Array | Float64Array>;
}

/** The loss before, and all variables after each of the steps. */
async function train(
  { loss, parameters, start }: Problem,
  optimizer: Optimizer,
  steps: number,
  scalarsAt?: (step: number) => Scalars,
  rules: StepRules = {},
): Promise<Step[]> {
  const step = buildTrainStep({ loss, parameters, optimizer, ...rules });
  const { updates, slots, averages, scalarInputs, scalarFeeds } = step;
  const variables = new Variables();
  for (const { name, shape } of parameters) variables.declare(name, shape, Float32Array.from(start[name] ?? []));
  for (const { name, shape } of slots)
    variables.declare(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  for (const { name, shape, of } of averages) variables.declare(name, shape, variables.get(of));
  const program = await compile({ outputs: { loss }, updates }, { variables });
  expect(program.inputs.map(({ name }) => name).sort()).toEqual([...scalarInputs].sort());
  const trail: Step[] = [];
  for (let t = 1; t <= steps; t++) {
    const out = await program.run(scalarFeeds(t, scalarsAt?.(t) ?? step.scalars));
    trail.push({ loss: Number(out['loss']), variables: variables.snapshot() });
  }
  await program.release();
  return trail;
}

function trainInFloat64({ loss, parameters, start }: Problem, optimizer: Optimizer, steps: number): Step[] {
  const { updates, slots, scalarFeeds } = buildTrainStep({ loss, parameters, optimizer });
  const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
  const values = new Map<string, { shape: readonly number[]; data: Float64Array }>();
  for (const { name, shape } of parameters) values.set(name, { shape, data: Float64Array.from(start[name] ?? []) });
  for (const { name, shape } of slots) values.set(name, { shape, data: new Float64Array(sizeOf(shape)) });
  return Array.from({ length: steps }, (_, i) => {
    const scalars = Object.entries(scalarFeeds(i + 1, optimizer.scalars));
    const fed = scalars.map(([name, value]) => [name, { shape: [], data: Float64Array.of(value) }] as const);
    const [lossNow, ...next] = evaluate(
      [loss, ...updates.map(({ next }) => next)],
      Object.fromEntries([...values, ...fed]),
    );
    updates.forEach(({ name }, u) => values.set(name, next[u] ?? { shape: [], data: new Float64Array() }));
    return { loss: lossNow?.data[0] ?? NaN, variables: new Map([...values].map(([name, { data }]) => [name, data])) };
  });
}

const trainable = (name: string, shape: readonly number[], decay = true): Trainable => ({
  name,
  shape,
  decay,
  tensor: parameter(name, shape),
});

function expectClose(got: ArrayLike<number> | undefined, wants: readonly number[] | undefined, atol: number): void {
  expect(got).toHaveLength(wants?.length ?? NaN);
  wants?.forEach((value, i) => expect(Math.abs((got?.[i] ?? NaN) - value)).toBeLessThanOrEqual(atol));
}

/** The least squares of scripts/golden/optim.py. */
function leastSquares(): Problem {
  const [w, b] = [trainable('w', [3, 2]), trainable('b', [2], false)];
  const predicted = add(matmul(constant(golden.x, [5, 3]), w.tensor), b.tensor);
  const loss = mean(square(sub(predicted, constant(golden.y, [5, 2]))));
  return { loss, parameters: [w, b], start: { w: golden.w0, b: golden.b0 } };
}

const againstTorch: readonly (readonly [keyof typeof golden.optimizers, Optimizer])[] = [
  ['sgd', sgd({ learningRate: 0.05 })],
  ['sgdMomentum', sgd({ learningRate: 0.05, momentum: 0.9 })],
  ['sgdNesterov', sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
  ['sgdDecoupled', sgd({ learningRate: 0.05, weightDecay: 0.1 })],
  ['sgdMomentumDecoupled', sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1 })],
  ['sgdMomentumL2', sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 0.1, coupled: true })],
  ['adam', adam({ learningRate: 0.01 })],
  ['adamBetas', adam({ learningRate: 0.03, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 })],
  ['adamL2', adam({ learningRate: 0.01, weightDecay: 0.1 })],
  ['adamw', adamw({ learningRate: 0.01, weightDecay: 0.1 })],
  ['nadam', nadam({ learningRate: 0.01 })],
  ['nadamL2', nadam({ learningRate: 0.01, weightDecay: 0.1, beta1: 0.8, beta2: 0.95 })],
  ['rmsprop', rmsprop({ learningRate: 0.01 })],
  ['rmspropMomentum', rmsprop({ learningRate: 0.01, alpha: 0.9, momentum: 0.8, weightDecay: 0.1 })],
  ['adagrad', adagrad({ learningRate: 0.1 })],
  ['adagradL2', adagrad({ learningRate: 0.1, weightDecay: 0.1 })],
  ['muon', muon({ learningRate: 0.02, weightDecay: 0.1 })],
];

test.each(againstTorch)('ten steps of %s are those of PyTorch', async (name, optimizer) => {
  const expected = golden.optimizers[name];
  const compare = (trail: readonly Step[], atol: number): void => {
    expect(trail).toHaveLength(10);
    trail.forEach(({ loss, variables }, t) => {
      expectClose([loss], expected.loss.slice(t, t + 1), atol);
      expectClose(variables.get('w'), expected.w[t], atol);
      expectClose(variables.get('b'), expected.b[t], atol);
    });
  };
  // Values are of size 1. float64: the same formulas in another order. float32: ten steps round by 1e-7 each.
  compare(trainInFloat64(leastSquares(), optimizer, 10), 1e-13);
  compare(await train(leastSquares(), optimizer, 10), 2e-6);
});

test.each([
  ['clipNorm', sgd({ learningRate: 0.05 }), { clipNorm: 0.3 }],
  ['clipValue', sgd({ learningRate: 0.05 }), { clipValue: 0.2 }],
  ['groups', adamw({ learningRate: 0.01, weightDecay: 0.1 }), { groups: [{ prefix: 'b', learningRate: 5 }] }],
] as const)('ten steps with %s are those of PyTorch', async (name, optimizer, rules) => {
  const trail = await train(leastSquares(), optimizer, 10, undefined, rules);
  trail.forEach(({ variables }, t) => {
    expectClose(variables.get('w'), golden.optimizers[name].w[t], 2e-6);
    expectClose(variables.get('b'), golden.optimizers[name].b[t], 2e-6);
  });
});

test('l1 and l2 add their gradients where weights decay, and nothing elsewhere', async () => {
  const rules = { l1: 0.5, l2: 0.25 };
  const [decayed] = await train(bowl([4, -2], [0, 0]), sgd({ learningRate: 1 }), 1, undefined, rules);
  expect([...(decayed?.variables.get('theta') ?? [])]).toEqual([4 - 0.5 - 1, -2 + 0.5 + 0.5]);
  const [free] = await train(bowl([4, -2], [0, 0], false), sgd({ learningRate: 1 }), 1, undefined, rules);
  expect([...(free?.variables.get('theta') ?? [])]).toEqual([4, -2]);
});

test('max-norm holds the weights into each unit and leaves short ones alone', async () => {
  const weight = trainable('weight', [2, 2]);
  const problem = { loss: mul(sum(weight.tensor), 0), parameters: [weight], start: { weight: [3, 0.3, 4, 0.4] } };
  const [step] = await train(problem, sgd({ learningRate: 1 }), 1, undefined, { maxNorm: 1 });
  // Columns (3, 4) of norm 5 and (0.3, 0.4) of norm 0.5.
  expectClose(step?.variables.get('weight'), [0.6, 0.3, 0.8, 0.4], 1e-6);
});

test('the weight average follows the weights by min(decay, (1 + t)/(10 + t))', async () => {
  const trail = await train(bowl([8], [1]), sgd({ learningRate: 0.5 }), 3, undefined, { averageDecay: 0.25 });
  // θ = 4, 2, 1. d = 2/11, 1/4 (3/12), 1/4; the average starts as θ₀ = 8.
  let average = 8;
  const expected = [4, 2, 1].map((theta, t) => {
    const d = Math.min(0.25, (2 + t) / (11 + t));
    return (average = d * average + (1 - d) * theta);
  });
  trail.forEach(({ variables }, t) => expectClose(variables.get('theta@average'), expected.slice(t, t + 1), 1e-6));
});

test('a batch in two parts gives the step of the whole batch', async () => {
  const problem = leastSquares();
  const optimizer = adam({ learningRate: 0.01 });
  const half = { ...problem, loss: mul(problem.loss, 0.5) };
  const { updates, slots, scalarFeeds } = buildTrainStep({ ...half, optimizer, accumulates: true });
  const variables = new Variables();
  for (const { name, shape } of problem.parameters)
    variables.declare(name, shape, Float32Array.from(problem.start[name] ?? []));
  for (const { name, shape } of slots)
    variables.declare(name, shape, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  const gather = await compile({ outputs: { loss: half.loss }, updates: accumulateStep(half) }, { variables });
  const apply = await compile({ outputs: { loss: half.loss }, updates }, { variables });
  for (let t = 1; t <= 10; t++) {
    await gather.run();
    await apply.run(scalarFeeds(t, optimizer.scalars));
    expectClose(variables.get('w'), golden.optimizers.adam.w[t - 1], 2e-6);
    expect(variables.get('w@gathered').every((g) => g === 0)).toBe(true);
  }
  await gather.release();
  await apply.release();
});

test('a group whose prefix no parameter has is refused', () => {
  const problem = leastSquares();
  expect(() => buildTrainStep({ ...problem, optimizer: adam(), groups: [{ prefix: 'dense9' }] })).toThrow(
    'group "dense9": prefix must be the beginning of a parameter\'s name (w, b …); got dense9.',
  );
});

test('muon turns a gradient into a matrix whose singular values are near one', async () => {
  // The gradient is C, of singular values 100.02 and 0.49 (their product is det C = 49); the step is 0.2 √2 · O.
  const c = constant([100, 1, 1, 0.5], [2, 2]);
  const weight = trainable('weight', [2, 2]);
  const problem = { loss: sum(mul(weight.tensor, c)), parameters: [weight], start: { weight: [0, 0, 0, 0] } };
  const [step] = await train(problem, muon({ learningRate: 1, weightDecay: 0 }), 1);
  const [p = 0, q = 0, r = 0, s = 0] = step?.variables.get('weight') ?? [];
  const determinant = Math.abs(p * s - q * r) / (0.04 * 2);
  const frobenius = (p * p + q * q + r * r + s * s) / (0.04 * 2);
  // Singular values σ₁, σ₂ of O: their product and the sum of their squares. Jordan et al.: all within about [0.7, 1.2], for
  // values that are not below 1e-3 of the largest; here σ₂/σ₁ of C is 5e-3.
  expect(determinant).toBeGreaterThan(0.4);
  expect(frobenius).toBeGreaterThan(1);
  expect(frobenius).toBeLessThan(2.9);
});

/** ½ Σ cᵢ θᵢ² has the gradient cᵢ θᵢ. */
function bowl(start: readonly number[], curvature: readonly number[], decay = true): Problem {
  const theta = trainable('theta', [start.length], decay);
  const loss = mul(sum(mul(square(theta.tensor), constant(curvature))), 0.5);
  return { loss, parameters: [theta], start: { theta: start } };
}

test('a step of sgd is θ − η∇L − ηλθ', async () => {
  const [eta, lambda] = [0.25, 0.5];
  const [step] = await train(bowl([1, -2, 4], [3, 1, 0]), sgd({ learningRate: eta, weightDecay: lambda }), 1);
  // ∇L = (3, −2, 0):  1 − 0.25·3 − 0.25·0.5·1,  −2 + 0.25·2 + 0.25·0.5·2,  4 − 0 − 0.25·0.5·4; exact in binary
  expect([...(step?.variables.get('theta') ?? [])]).toEqual([0.125, -1.25, 3.5]);
});

test('decoupled decay stays out of the velocity, coupled decay enters it', async () => {
  const options = { learningRate: 0.5, momentum: 0.5, weightDecay: 0.25 };
  // No gradient. Decoupled: θ ← θ (1 − 0.125) twice. Coupled: v = 0.25·1, θ = 0.875; v = 0.125 + 0.25·0.875, θ −= v/2.
  const [, decoupled] = await train(bowl([1], [0]), sgd(options), 2);
  expect(decoupled?.variables.get('theta')?.[0]).toBe(0.765625);
  expect(decoupled?.variables.get('theta@velocity')?.[0]).toBe(0);
  const [, coupled] = await train(bowl([1], [0]), sgd({ ...options, coupled: true }), 2);
  expect(coupled?.variables.get('theta')?.[0]).toBe(0.875 - 0.34375 / 2);
});

test('the first step of adam moves each value by η against the sign of its gradient', async () => {
  // m̂ = g and v̂ = g², so the step is η g/(|g| + ε).
  const [step] = await train(bowl([1, -2, 4], [3, 1, 0]), adam({ learningRate: 0.1 }), 1);
  expectClose(step?.variables.get('theta'), [0.9, -1.9, 4], 1e-7);
});

test.each([
  sgd({ learningRate: 0.1, weightDecay: 0.5 }),
  sgd({ learningRate: 0.1, weightDecay: 0.5, momentum: 0.9, coupled: true }),
  adam({ weightDecay: 0.5 }),
  adamw({ weightDecay: 0.5 }),
  nadam({ weightDecay: 0.5 }),
  rmsprop({ weightDecay: 0.5 }),
  adagrad({ weightDecay: 0.5 }),
  muon({ weightDecay: 0.5 }),
])('$kind leaves parameters that do not decay where they are without a gradient', async (optimizer) => {
  const [free] = await train(bowl([1, -2], [0, 0], false), optimizer, 1);
  expect([...(free?.variables.get('theta') ?? [])]).toEqual([1, -2]);
  const [decayed] = await train(bowl([1, -2], [0, 0]), optimizer, 1);
  expect(decayed?.variables.get('theta')?.[0]).toBeLessThan(1);
});

test('every hyperparameter may change from step to step without recompiling', async () => {
  const optimizer = sgd({ learningRate: 1, momentum: 0.5, weightDecay: 0.1 });
  const plan: Scalars[] = [
    { learningRate: 0.5, momentum: 0.5, weightDecay: 0 },
    { learningRate: 0.25, momentum: 0, weightDecay: 1 },
  ];
  // g = θ. Step 1: v = 8, θ = 8 − 4 = 4. Step 2: v = 0·8 + 4, θ = 4 − 0.25·4 − 0.25·1·4 = 2.
  const trail = await train(bowl([8], [1]), optimizer, 2, (t) => plan[t - 1] ?? {});
  expect(trail.map(({ variables }) => variables.get('theta')?.[0])).toEqual([4, 2]);
});

/** (1 − x)² + 100 (y − x²)², minimum 0 at (1, 1) in a bent, flat valley. Rosenbrock 1960. */
function rosenbrock(): Problem {
  const theta = trainable('theta', [2]);
  const at = (i: number): Tensor => slice(theta.tensor, [{ axis: 0, start: i, end: i + 1 }]);
  const [x, y] = [at(0), at(1)];
  const loss = sum(add(square(sub(1, x)), mul(square(sub(y, square(x))), 100)));
  return { loss, parameters: [theta], start: { theta: [-1, 1] } };
}

/** Each optimizer on a parabola of condition number 20 and on Rosenbrock's valley: a new one is a line in this table. */
const minimizers: readonly (readonly [
  string,
  (learningRate: number) => Optimizer,
  { parabola: number; rosenbrock: number; atol?: number }, // rmsprop keeps stepping by about η around the minimum
])[] = [
  ['sgd', (learningRate) => sgd({ learningRate }), { parabola: 0.05, rosenbrock: 2e-3 }],
  ['momentum', (learningRate) => sgd({ learningRate, momentum: 0.9 }), { parabola: 0.02, rosenbrock: 5e-4 }],
  [
    'nesterov',
    (learningRate) => sgd({ learningRate, momentum: 0.9, nesterov: true }),
    { parabola: 0.02, rosenbrock: 5e-4 },
  ],
  ['adam', (learningRate) => adam({ learningRate }), { parabola: 0.05, rosenbrock: 0.02 }],
  ['adamw', (learningRate) => adamw({ learningRate, weightDecay: 0 }), { parabola: 0.05, rosenbrock: 0.02 }],
  ['nadam', (learningRate) => nadam({ learningRate }), { parabola: 0.05, rosenbrock: 0.02 }],
  ['rmsprop', (learningRate) => rmsprop({ learningRate }), { parabola: 4e-3, rosenbrock: 1e-3, atol: 0.01 }],
  ['adagrad', (learningRate) => adagrad({ learningRate }), { parabola: 1, rosenbrock: 0.5 }],
];

test.each(minimizers)('%s finds the minimum of a parabola', async (_name, optimizer, { parabola, atol = 1e-3 }) => {
  const trail = await train(bowl([1, -2, 3], [1, 5, 20]), optimizer(parabola), 1000);
  expectClose(trail.at(-1)?.variables.get('theta'), [0, 0, 0], atol);
});

test.each(minimizers)("%s finds the minimum of Rosenbrock's valley", async (_name, optimizer, { rosenbrock: rate }) => {
  const trail = await train(rosenbrock(), optimizer(rate), 5000);
  expectClose(trail.at(-1)?.variables.get('theta'), [1, 1], 0.02);
});

test('impossible settings are refused where they are written', () => {
  expect(() => sgd({ learningRate: 0 })).toThrow('sgd: learningRate must be a number > 0; got 0.');
  expect(() => sgd({ momentum: 1 })).toThrow('sgd: momentum must be a number in [0, 1); got 1.');
  expect(() => sgd({ nesterov: true })).toThrow('sgd: momentum must be a number > 0 with nesterov; got 0.');
  expect(() => sgd({ weightDecay: -1 })).toThrow('sgd: weightDecay must be a number >= 0; got -1.');
  expect(() => adam({ learningRate: NaN })).toThrow('adam: learningRate must be a number > 0; got NaN.');
  expect(() => adam({ beta1: 1 })).toThrow('adam: beta1 must be a number in [0, 1); got 1.');
  expect(() => adamw({ beta2: -0.1 })).toThrow('adamw: beta2 must be a number in [0, 1); got -0.1.');
  expect(() => adamw({ epsilon: 0 })).toThrow('adamw: epsilon must be a number > 0; got 0.');
});

test('a scalar that became NaN is refused before it reaches the weights', () => {
  const { loss, parameters } = bowl([1], [1]);
  const optimizer = sgd({ learningRate: 0.1 });
  const { scalarFeeds } = buildTrainStep({ loss, parameters, optimizer });
  expect(() => scalarFeeds(1, { learningRate: NaN })).toThrow(
    'learningRate must be a finite number at every step; got NaN.',
  );
  expect(() => scalarFeeds(1, {})).toThrow('Pass all of learningRate.');
});
