import { expect, test } from 'vitest';
import { lbfgs } from './lbfgs.ts';

const rosenbrock = (x: Float64Array, g: Float64Array): number => {
  let f = 0;
  g.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const a = x[i + 1]! - x[i]! ** 2;
    const b = 1 - x[i]!;
    f += 100 * a * a + b * b;
    g[i] = g[i]! - 400 * a * x[i]! - 2 * b;
    g[i + 1] = g[i + 1]! + 200 * a;
  }
  return f;
};

test('finds the minimum of Rosenbrock in 10 dimensions', () => {
  const { x, value, evaluations } = lbfgs(rosenbrock, new Float64Array(10).fill(-1.2), {
    maxIterations: 500,
    tolerance: 1e-14,
  });
  expect(value).toBeLessThan(1e-10);
  x.forEach((v) => expect(v).toBeCloseTo(1, 4));
  expect(evaluations).toBeLessThan(400);
});

test('stops at the bounds of a box: the nearest corner point of a shifted bowl', () => {
  const bowl = (x: Float64Array, g: Float64Array): number => {
    g[0] = 2 * (x[0]! - 3);
    g[1] = 20 * (x[1]! + 0.25);
    return (x[0]! - 3) ** 2 + 10 * (x[1]! + 0.25) ** 2;
  };
  const { x } = lbfgs(bowl, [0, 0.9], { lower: [-1, -1], upper: [1, 1] });
  expect(x[0]).toBe(1);
  expect(x[1]).toBeCloseTo(-0.25, 6);
});

test('steps back from where the function is not finite', () => {
  // -ln x + x has its minimum at 1 and is NaN for x <= 0
  const f = (x: Float64Array, g: Float64Array): number => {
    g[0] = 1 - 1 / x[0]!;
    return x[0]! > 0 ? x[0]! - Math.log(x[0]!) : NaN;
  };
  expect(lbfgs(f, [5], { firstStep: 100 }).x[0]).toBeCloseTo(1, 4);
  expect(lbfgs(f, [-1]).value).toBeNaN(); // a start that is not finite is handed back as it is
});

test('a start at the minimum returns at once', () => {
  const { evaluations, value } = lbfgs(rosenbrock, [1, 1, 1]);
  expect(evaluations).toBe(1);
  expect(value).toBe(0);
});
