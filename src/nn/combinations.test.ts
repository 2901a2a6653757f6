/**
 * Layers and losses with several options at once beside PyTorch, drawn by chance in scripts/golden/combinations.py: groups with stride, padding and dilation, batches of 1,
 * odd sizes, class weights with label smoothing and labels that are ignored. In float64 by the naive evaluator and in float32 by the engine.
 */
import { expect, test } from 'vitest';
import { compile, Variables } from '#engine';
import { gradients, input, mul, sum, type Tensor } from '#graph';
import { evaluate } from '#testing';
import golden from './combinations.golden.json' with { type: 'json' };
import {
  averagePool2d,
  conv1d,
  conv2d,
  convTranspose2d,
  type Layer,
  maxPool2d,
  type Size2d,
  softmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
  trace,
} from './index.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Case {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly x: Numbers;
  readonly parameters: Readonly<Record<string, Numbers>>;
  readonly y: Numbers;
  readonly cotangent: Numbers;
  readonly dx: Numbers;
  readonly gradients: Readonly<Record<string, Numbers>>;
}
interface LossCase {
  readonly options: SoftmaxCrossEntropyOptions;
  readonly output: Numbers;
  readonly target: Numbers;
  readonly perSample: Numbers;
  readonly gradient: Numbers;
}
const layers = golden.layers as readonly Case[]; // JSON types each case by its own options
const losses = golden.losses as readonly LossCase[];

/** The options were written by the script for this layer. */
function layerOf({ kind, options }: Case): Layer {
  const { filters, kernel, window, ...rest } = options;
  switch (kind) {
    case 'conv2d':
      return conv2d(filters as number, kernel as Size2d, rest);
    case 'convTranspose2d':
      return convTranspose2d(filters as number, kernel as Size2d, rest);
    case 'conv1d':
      return conv1d(filters as number, kernel as number, rest);
    case 'maxPool2d':
      return maxPool2d(window as Size2d, rest);
    default:
      return averagePool2d(window as Size2d, rest);
  }
}

/** Numbers are written with 8 digits; float32 rounds sums of some dozen products of numbers around 1. */
const [FLOAT64, FLOAT32] = [1e-7, 2e-5];

function expectClose(got: ArrayLike<number> | undefined, { values }: Numbers, tolerance: number, what: string): void {
  const scale = Math.max(1, ...values.map(Math.abs));
  expect(got, what).toHaveLength(values.length);
  const worst = values.reduce((most, want, i) => Math.max(most, Math.abs((got?.[i] ?? NaN) - want)), 0);
  expect(worst, what).toBeLessThanOrEqual(tolerance * scale);
}

/** Outputs by name for feeds, both ways. */
async function compare(
  outputs: Readonly<Record<string, Tensor>>,
  wants: Readonly<Record<string, Numbers>>,
  feeds: Readonly<Record<string, Numbers>>,
  parameters: Readonly<Record<string, Numbers>>,
  integers: readonly string[] = [],
): Promise<void> {
  const all = Object.entries({ ...feeds, ...parameters });
  const exact = evaluate(
    Object.values(outputs),
    Object.fromEntries(all.map(([name, { shape, values }]) => [name, { shape, data: Float64Array.from(values) }])),
  );
  const variables = new Variables();
  for (const [name, { shape, values }] of Object.entries(parameters))
    variables.declare(name, shape, Float32Array.from(values));
  const program = await compile({ outputs }, { variables });
  const fed = Object.entries(feeds).map(([name, { values }]) => [
    name,
    integers.includes(name) ? Int32Array.from(values) : Float32Array.from(values),
  ]);
  const got = await program.run(Object.fromEntries(fed) as Record<string, Float32Array>);
  await program.release();
  Object.keys(outputs).forEach((name, i) => {
    const want = wants[name] ?? { shape: [], values: [] };
    expectClose(exact[i]?.data, want, FLOAT64, `${name} in float64`);
    const value = got[name];
    expectClose(typeof value === 'number' ? [value] : value, want, FLOAT32, `${name} in float32`);
  });
}

test.each(layers.map((one, i) => [i, one.kind, JSON.stringify(one.options), one] as const))(
  'layer %i: %s %s',
  async (_i, _kind, _options, one) => {
    const traced = trace(layerOf(one), one.x.shape.slice(1), { training: true });
    expect(traced.output.shape).toEqual(['B', ...one.y.shape.slice(1)]);
    const scalar = sum(mul(traced.output, input('cotangent', traced.output.shape)));
    const wrt = [traced.input, ...traced.parameters.map(({ tensor }) => tensor)];
    const names = ['dx', ...traced.parameters.map(({ name }) => `d ${name}`)];
    const dwrt = gradients(scalar, wrt);
    await compare(
      { y: traced.output, ...Object.fromEntries(names.map((name, i) => [name, dwrt[i] ?? scalar])) },
      {
        y: one.y,
        dx: one.dx,
        ...Object.fromEntries(Object.entries(one.gradients).map(([name, values]) => [`d ${name}`, values])),
      },
      { input: one.x, cotangent: one.cotangent },
      one.parameters,
    );
  },
);

test.each(losses.map((one, i) => [i, JSON.stringify(one.options), one] as const))(
  'cross-entropy %i: %s',
  async (_i, _options, { options, output, target, perSample, gradient }) => {
    const loss = softmaxCrossEntropy(options);
    const z = input('z', ['B', ...output.shape.slice(1)]);
    const y = input('y', loss.targetShape(z.shape), 'int64');
    const each = loss.perSample(z, y);
    const [dz = z] = gradients(sum(each), [z]);
    await compare({ each, dz }, { each: perSample, dz: gradient }, { z: output, y: target }, {}, ['y']);
  },
);
