/** Parameter counts of the architectures for token sequences against their formulas, and that each learns. */
import { expect, test } from 'vitest';
import { compile, Variables } from '#engine';
import { gradients, input, mean, mul, sub } from '#graph';
import { createRng } from '#math';
import type { Layer } from '../layer.ts';
import { softmaxCrossEntropy } from '../losses/index.ts';
import { initialValues, trace } from '../trace.ts';
import { gruClassifier, lstmClassifier } from './recurrent-classifier.ts';
import { seq2seqTransformer } from './seq2seq-transformer.ts';
import { textCnn } from './text-cnn.ts';
import { transformerEncoder } from './transformer-encoder.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, dim) => size * dim, 1);
const parametersOf = (model: Layer, shape: readonly number[]): number =>
  trace(model, shape, { training: true }).parameters.reduce((total, p) => total + sizeOf(p.shape), 0);

const [V, D, T, outputs] = [50, 12, 9, 3];
const options = { vocabulary: V, features: D };
const block = (d: number, f: number): number => 4 * d * d + 2 * d * f + 9 * d + f;

test('each has the parameters of its formula', () => {
  const cnn = textCnn(outputs, { ...options, windows: [2, 3], filters: 7 });
  expect(parametersOf(cnn, [T])).toBe(V * D + (2 * D + 1) * 7 + (3 * D + 1) * 7 + (14 + 1) * outputs);
  const H = 5;
  const twoLstm = lstmClassifier(outputs, { ...options, units: H, layers: 2 });
  const lstmOf = (inputs: number): number => 2 * 4 * H * (inputs + H + 1);
  expect(parametersOf(twoLstm, [T])).toBe(V * D + lstmOf(D) + lstmOf(2 * H) + (2 * H + 1) * outputs);
  const oneGru = gruClassifier(outputs, { ...options, units: H });
  expect(parametersOf(oneGru, [T])).toBe(V * D + 2 * (3 * H * (D + H + 1) + H) + (2 * H + 1) * outputs);
  const transformer = transformerEncoder(outputs, { ...options, blocks: 3, hidden: 20 });
  expect(parametersOf(transformer, [T])).toBe(V * D + 3 * block(D, 20) + 2 * D + (D + 1) * outputs);
  const translate = seq2seqTransformer({ ...options, targetVocabulary: 40, sourceLength: 5, hidden: 20, blocks: 2 });
  const decoder = 8 * D * D + 2 * D * 20 + 15 * D + 20;
  expect(parametersOf(translate, [T])).toBe((V + 40) * D + 2 * block(D, 20) + 2 * decoder + 4 * D + (D + 1) * 40);
});

test('the same parameters are there with and without dropout', () => {
  const names = (dropout: number): string[] =>
    [
      textCnn(2, { ...options, dropout }),
      lstmClassifier(2, { ...options, dropout, layers: 2 }),
      transformerEncoder(2, { ...options, dropout }),
    ].flatMap((model) => trace(model, [T], { training: true }).parameters.map(({ name }) => name));
  expect(names(0)).toEqual(names(0.3));
});

/** Loss after some steps of plain gradient descent on one batch. */
async function learn(
  model: Layer,
  x: Float32Array,
  shape: readonly number[],
  y: Int32Array,
  rate: number,
  steps: number,
) {
  const traced = trace(model, shape, { training: true });
  const targetShape = softmaxCrossEntropy().targetShape(traced.output.shape);
  const loss = mean(softmaxCrossEntropy().perSample(traced.output, input('target', targetShape, 'int64')));
  const tensors = traced.parameters.map((p) => p.tensor);
  const variables = new Variables();
  const values = initialValues(traced, createRng(3));
  for (const { name, shape: dims } of traced.parameters)
    variables.declare(name, dims, values.get(name) ?? new Float32Array());
  const updates = gradients(loss, tensors).map((g, i) => ({
    name: traced.parameters[i]?.name ?? '',
    next: sub(tensors[i] ?? g, mul(g, rate)),
  }));
  const program = await compile({ outputs: { loss }, updates }, { variables });
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss: now } = await program.run({ input: x, target: y });
    losses.push(typeof now === 'number' ? now : NaN);
  }
  await program.release();
  return { first: losses[0] ?? NaN, last: losses.at(-1) ?? NaN };
}

const rng = createRng(11);
/** Rows of random length; the class says which of two words occurs. */
const rows = Array.from({ length: 32 }, (_, i) => {
  const length = 3 + rng.int(0, T - 3);
  const words = Array.from({ length: T }, (_, t) => (t < length ? rng.int(4, V - 1) : 0));
  words[rng.int(0, length - 1)] = 2 + (i % 2);
  return words;
});

test.each([
  ['textCnn', textCnn(2, { ...options, dropout: 0, filters: 8 }), 0.5],
  ['lstmClassifier', lstmClassifier(2, { ...options, dropout: 0, units: 8 }), 1],
  ['gruClassifier', gruClassifier(2, { ...options, dropout: 0, units: 8 }), 1],
  ['transformerEncoder', transformerEncoder(2, { ...options, dropout: 0, hidden: 16 }), 0.1],
] as const)('%s tells apart which word a row holds', async (_name, model, rate) => {
  const x = Float32Array.from(rows.flat());
  const y = Int32Array.from(rows, (_, i) => i % 2);
  const { first, last } = await learn(model, x, [T], y, rate, 60);
  expect(first).toBeLessThan(2);
  // 0.69 is chance; every one of them has room to remember 32 rows.
  expect(last).toBeLessThan(0.2);
});

test('seq2seqTransformer learns to copy, which it can only by looking at the source', async () => {
  const length = 4;
  const words = Array.from({ length: 32 }, () => Array.from({ length }, () => rng.int(2, 5)));
  // Start token 1, then the words so far.
  const x = Float32Array.from(words.flatMap((row) => [...row, 1, ...row.slice(0, -1)]));
  const model = seq2seqTransformer({
    vocabulary: 6,
    sourceLength: length,
    features: 16,
    heads: 2,
    blocks: 1,
    dropout: 0,
  });
  const { last } = await learn(model, x, [2 * length], Int32Array.from(words.flat()), 0.3, 150);
  expect(last).toBeLessThan(0.3); // four words to choose from: 1.39 without the source
});

test('a source without target is refused', () => {
  expect(() => trace(seq2seqTransformer({ ...options, sourceLength: 9 }), [9])).toThrow(
    'seq2seqTransformer wants rows [B, S + T] of 9 source tokens and at least one of the target; got [B, 9]. Put the target behind the source.',
  );
});
