/** Sizes of the architectures for tables against their formulas, and that what does not fit is refused. Their numbers are beside PyTorch's in layers.test.ts. */
import { expect, test } from 'vitest';
import type { Layer } from '../layer.ts';
import { multiplyAdds } from '../multiply-adds.ts';
import { trace } from '../trace.ts';
import { ftTransformer } from './ft-transformer.ts';
import { tabularResnet } from './tabular-resnet.ts';

const parametersOf = (model: Layer, inputs: number): number =>
  trace(model, [inputs], { training: true }).parameters.reduce(
    (total, p) => total + p.shape.reduce((size, dim) => size * dim, 1),
    0,
  );

test('ftTransformer has the parameters of its formula', () => {
  const [n, C, D, F, L, outputs] = [6, 3, 8, 11, 2, 4];
  const model = ftTransformer(outputs, { columns: [1, 2, 3], features: D, heads: 2, hidden: F, blocks: L });
  const formula = n * D + C * D + D + L * (4 * D * D + 3 * D * F + 9 * D + 2 * F) + (D + 1) * outputs;
  expect(parametersOf(model, n)).toBe(formula);
  // Without columns every input is one, and has a bias of its own.
  const plain = ftTransformer(outputs, { features: D, heads: 2, hidden: F, blocks: L });
  expect(parametersOf(plain, n)).toBe(formula + (n - C) * D);
});

test('ftTransformer takes the multiply-adds of its products', () => {
  const [C, D, F, L] = [5, 8, 11, 2];
  const T = C + 1;
  const model = ftTransformer(1, { features: D, heads: 2, hidden: F, blocks: L });
  const block = T * (4 * D * D + 3 * D * F) + 2 * T * T * D;
  expect(multiplyAdds(trace(model, [C]).output)).toBe(L * block + D);
});

test('tabularResnet has the parameters and multiply-adds of its formula', () => {
  const [n, D, F, L, outputs] = [6, 8, 11, 2, 4];
  const model = tabularResnet(outputs, { features: D, hidden: F, blocks: L });
  expect(parametersOf(model, n)).toBe((n + 1) * D + L * (2 * D * F + 3 * D + F) + 2 * D + (D + 1) * outputs);
  expect(multiplyAdds(trace(model, [n]).output)).toBe(n * D + L * 2 * D * F + D * outputs);
});

test('columns that are not those of the rows, and pictures, are refused', () => {
  expect(() => trace(ftTransformer(2, { columns: [1, 2], features: 8 }), [4])).toThrow(
    'ftTransformer at "columnTokens1" wants rows of 3 inputs, as its columns say; got [B, 4]. Give it `columns: data.columns`.',
  );
  expect(() => trace(ftTransformer(2), [1, 4, 4])).toThrow('wants rows of a table [B, inputs]; got [B, 1, 4, 4]');
  expect(() => trace(tabularResnet(2), [1, 4, 4])).toThrow(
    'tabularResnet wants rows of a table [B, inputs]; got [B, 1, 4, 4]. Put flatten() before it.',
  );
  expect(() => ftTransformer(2, { columns: [1, 0] })).toThrow(
    'ftTransformer: columns must be a list of integers >= 1; got [1, 0].',
  );
  expect(() => trace(ftTransformer(2, { features: 9, heads: 2 }), [4])).toThrow('Choose heads that divide 9.');
});
