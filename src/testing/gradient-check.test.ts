import { expect, it } from 'vitest';
import { add, differentiable, mul, node, square } from '#graph';
import type { Tensor } from '#graph';
import { checkGradient } from './index.ts';

const cube = (factor: number) => (x: Tensor) =>
  differentiable(node('Mul', [x, square(x)]), [x], (dy) => [mul(dy, mul(square(x), factor))]);

it('accepts x³ with the gradient 3x²', async () => {
  const { differences, runtime } = await checkGradient({ arguments: [{ shape: ['B', 4] }], build: cube(3) });
  expect(differences).toBeLessThan(1e-8);
  expect(runtime).toBeLessThan(1e-6);
});

it('sees a gradient that is off by a thousandth', async () => {
  const { differences } = await checkGradient({ arguments: [{ shape: ['B', 4] }], build: cube(3.003) });
  expect(differences).toBeGreaterThan(1e-4);
});

it('sees a gradient that forgets one of two arguments', async () => {
  const build = (a: Tensor, b: Tensor): Tensor => differentiable(node('Add', [a, b]), [a, b], (dy) => [dy, null]);
  const report = await checkGradient({ arguments: [{ shape: ['B', 4] }, { shape: ['B', 4] }], build });
  expect(report.differences).toBeGreaterThan(0.1);
});

it('sees a node that promises another shape than it has', async () => {
  const build = (a: Tensor): Tensor => add(node('Transpose', [a], { attributes: { perm: [1, 0] }, shape: [2, 3] }), 0);
  await expect(checkGradient({ arguments: [{ shape: [2, 3] }], build })).rejects.toThrow(
    /ONNX Runtime rejects the graph|promised/,
  );
});
