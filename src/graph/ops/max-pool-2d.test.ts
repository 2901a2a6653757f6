import { describe, expect, it } from 'vitest';
import { compile, Variables } from '#engine';
import { gradients, input, maxPool2d, mul, relu, sum, walk } from '../index.ts';
import type { Tensor, WindowOptions } from '../index.ts';

/** Gradient of Σ r ⊙ pool(x) by ONNX Runtime. */
async function poolGradient(pool: (x: Tensor) => Tensor, shape: readonly number[], x: number[], r?: number[]) {
  const tensor = input('x', ['B', ...shape]);
  const y = pool(tensor);
  const weights = input('r', y.shape);
  const [dx] = gradients(sum(mul(y, weights)), [tensor]);
  const program = await compile({ outputs: { y, dx: dx ?? y } }, { variables: new Variables() });
  const batch = x.length / shape.reduce((a, b) => a * b, 1);
  const size = y.shape.slice(1).reduce<number>((a, b) => a * Number(b), batch);
  const ones = Array.from({ length: size }, () => 1);
  const result = await program.run({ x: Float32Array.from(x), r: Float32Array.from(r ?? ones) });
  await program.release();
  return Object.values(result).map((values) => (typeof values === 'number' ? [values] : [...values]));
}
const pool = (options: WindowOptions) => (x: Tensor) => maxPool2d(x, options);

describe('the gradient of a window with equal maxima', () => {
  it('goes to the first one in row-major order, whole', async () => {
    // Windows: all equal; second row only; right column; main diagonal.
    const x = [5, 5, 1, 2, 5, 5, 7, 7, 0, 3, 4, 1, 2, 3, 1, 4];
    const [y, dx] = await poolGradient(pool({ size: 2 }), [1, 4, 4], x, [10, 20, 30, 40]);
    expect(y).toEqual([5, 7, 3, 4]);
    expect(dx).toEqual([10, 0, 0, 0, 0, 0, 20, 0, 0, 30, 40, 0, 0, 0, 0, 0]);
  });

  it('goes to the upper right, not the lower left', async () => {
    const [, dx] = await poolGradient(pool({ size: 2 }), [1, 2, 2], [0, 9, 9, 0]);
    expect(dx).toEqual([0, 1, 0, 0]);
  });

  it('adds up where windows overlap on their first maximum', async () => {
    // 2×2 windows with stride 1 on a flat 3×3 image: each window's first element.
    const [, flat] = await poolGradient(
      pool({ size: 2, stride: 1 }),
      [1, 3, 3],
      Array<number>(9).fill(2),
      [1, 2, 3, 4],
    );
    expect(flat).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
    // The centre is the maximum of all four.
    const [, peak] = await poolGradient(
      pool({ size: 2, stride: 1 }),
      [1, 3, 3],
      [0, 0, 0, 0, 9, 0, 0, 0, 0],
      [1, 2, 3, 4],
    );
    expect(peak).toEqual([0, 0, 0, 0, 10, 0, 0, 0, 0]);
  });

  it('never goes to the padding, even if all numbers are negative', async () => {
    const [y, dx] = await poolGradient(pool({ size: 2, padding: 1 }), [1, 2, 2], [-1, -2, -3, -4]);
    expect(y).toEqual([-1, -2, -3, -4]);
    expect(dx).toEqual([1, 1, 1, 1]);
  });

  it('stays within its image and channel', async () => {
    const flat = Array<number>(2 * 2 * 4).fill(1);
    const [, dx] = await poolGradient(pool({ size: 2 }), [2, 2, 2], flat, [1, 2, 3, 4]);
    expect(dx).toEqual([1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0]);
  });

  it('is found in planes too wide for indices of a byte', async () => {
    const width = 300;
    const x = Array.from({ length: 2 * width }, (_, i) => (i === width + 1 || i === 2 * width - 1 ? 1 : 0));
    const [, dx] = await poolGradient(pool({ size: 2 }), [1, 2, width], x);
    expect(dx?.[width + 1]).toBe(1);
    expect(dx?.[2 * width - 1]).toBe(1);
    expect(dx?.[2]).toBe(1);
  });
});

describe('pooling after relu', () => {
  const model = (x: Tensor): Tensor => maxPool2d(relu(x), { size: 2 });

  it('is computed as relu after pooling', () => {
    expect(walk([model(input('x', ['B', 1, 4, 4]))]).nodes.map(({ op }) => op)).toEqual(['MaxPool', 'Relu']);
  });

  it('has the same value and gradient: nothing for a window without a positive number', async () => {
    const [y, dx] = await poolGradient(model, [1, 2, 4], [-1, -2, 3, 3, -1, -5, -3, 3]);
    expect(y).toEqual([0, 3]);
    expect(dx).toEqual([0, 0, 1, 0, 0, 0, 0, 0]);
  });
});

it('a window that does not fit is refused with the shapes', () => {
  expect(() => maxPool2d(input('x', ['B', 1, 2, 2]), { size: 3 })).toThrow(/3×3 does not fit into \[B, 1, 2, 2\]/);
});
