/**
 * Convolutions as they are run, against the naive float64 evaluator, which knows Conv and ConvTranspose alone.
 * 16 channels fit the blocks of AVX (8) and AVX-512 (16), 12 fit neither.
 */
import { expect, test } from 'vitest';
import { conv2d, type Conv2dOptions, convTranspose2d, input, parameter } from '#graph';
import { createRng } from '#math';
import { evaluate } from '#testing';
import { compile } from './program.ts';
import { Variables } from './variables.ts';

const DOMAIN = 'com.microsoft.nchwc';

/** Largest difference to the evaluator, relative to the largest number, and the file. */
async function run(kind: typeof conv2d, channels: number, filters: number, size: number, options: Conv2dOptions) {
  const shape = kind === conv2d ? [filters, channels, size, size] : [channels, filters, size, size];
  const x = input('x', ['B', channels, 6, 7]);
  const y = kind(x, parameter('w', shape), parameter('b', [filters]), options);
  const rng = createRng(`${filters} of ${channels}`);
  const drawn = (dims: readonly number[]) => ({
    shape: dims,
    data: Float64Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => Math.fround(rng.normal())),
  });
  const values = { x: drawn([2, channels, 6, 7]), w: drawn(shape), b: drawn([filters]) };
  const variables = new Variables();
  variables.declare('w', shape, Float32Array.from(values.w.data));
  variables.declare('b', [filters], Float32Array.from(values.b.data));
  const program = await compile({ outputs: { y } }, { variables });
  const { y: got } = await program.run({ x: Float32Array.from(values.x.data) });
  await program.release();
  const [exact] = evaluate([y], values);
  if (exact === undefined || !(got instanceof Float32Array)) throw new Error('internal: no output');
  const largest = exact.data.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const difference = exact.data.reduce((most, v, i) => Math.max(most, Math.abs(v - (got[i] ?? NaN))), 0) / largest;
  return { difference, file: Buffer.from(program.onnx) };
}

const options: readonly (readonly [string, Conv2dOptions])[] = [
  ['same size', { padding: 1 }],
  ['strides', { stride: 2, padding: 1 }],
  ['padding differs by side, dilation', { padding: [0, 1, 2, 1], dilation: [2, 1] }],
];

test.each(options)('blocked convolutions are right: %s', async (_, how) => {
  const { difference } = await run(conv2d, 16, 32, 3, how);
  expect(difference).toBeLessThan(1e-6);
});

test.each(options)('transposed ones are right with few and many channels, blocked or not: %s', async (_, how) => {
  for (const [channels, filters] of [
    [32, 16],
    [12, 16],
    [3, 66],
  ] as const) {
    // prettier-ignore
    const { difference } = await run(convTranspose2d, channels, filters, 3, how);
    expect(difference).toBeLessThan(1e-6);
  }
});

test.runIf(process.arch === 'x64')('blocks are used where the channels fill them', async () => {
  expect((await run(conv2d, 16, 32, 3, {})).file.includes(DOMAIN)).toBe(true);
  expect((await run(convTranspose2d, 32, 16, 1, {})).file.includes(DOMAIN)).toBe(true);
  expect((await run(conv2d, 12, 32, 3, {})).file.includes(DOMAIN)).toBe(false);
  expect((await run(conv2d, 16, 12, 3, {})).file.includes(DOMAIN)).toBe(false);
});
