import { describe, expect, it } from 'vitest';
import { evaluate } from '#testing';
import {
  add,
  differentiable,
  exp,
  gradients,
  input,
  matmul,
  mul,
  node,
  parameter,
  relu,
  scope,
  split,
  square,
  stopGradient,
  sub,
  sum,
  walk,
} from './index.ts';
import type { Tensor } from './index.ts';

const at = (x: number) => ({ x: { shape: [], data: Float64Array.of(x) } });
const numberOf = (y: Tensor | undefined, feeds: ReturnType<typeof at>): number => {
  if (y === undefined) throw new Error('no gradient');
  return evaluate([y], feeds)[0]?.data[0] ?? NaN;
};

describe('gradients', () => {
  const x = input('x', []);

  it('add up over every path from a tensor to the loss', () => {
    const y = mul(x, x);
    const loss = add(mul(y, y), mul(y, 3)); // x⁴ + 3x²: 4x³ + 6x
    expect(numberOf(gradients(loss, [x])[0], at(2))).toBe(44);
  });

  it('of gradients are second derivatives', () => {
    const loss = mul(exp(x), square(x)); // eˣ x²; second derivative eˣ (x² + 4x + 2)
    const [first] = gradients(loss, [x]);
    const [second] = gradients(first ?? x, [x]);
    expect(numberOf(second, at(1))).toBeCloseTo(Math.E * 7, 12);
  });

  it('are zeros of the right shape where the loss does not depend on a tensor', () => {
    const other = parameter('other', [2, 3]);
    const [dOther] = gradients(square(x), [other]);
    const [zeros] = evaluate([dOther ?? x], at(1));
    expect(zeros).toEqual({ shape: [2, 3], data: new Float64Array(6) });
  });

  it('do not pass through stopGradient', () => {
    const loss = mul(x, stopGradient(square(x))); // x · constant
    expect(numberOf(gradients(loss, [x])[0], at(3))).toBe(9);
  });

  it('with respect to a tensor in the middle treat it as given', () => {
    const y = square(x);
    expect(numberOf(gradients(mul(y, 5), [y])[0], at(2))).toBe(5);
  });

  it('see two parameters of one name as the same variable', () => {
    const loss = mul(parameter('w', []), parameter('w', []));
    const [dw] = gradients(loss, [parameter('w', [])]);
    expect(evaluate([dw ?? x], { w: { shape: [], data: Float64Array.of(4) } })[0]?.data[0]).toBe(8);
  });

  it('reach through a part of several outputs while other parts are unused', () => {
    const v = input('v', [3]);
    const [, middle] = split(v, [1, 1, 1], 0);
    const [dv] = gradients(sum(square(middle ?? v)), [v]);
    const [value] = evaluate([dv ?? x], { v: { shape: [3], data: Float64Array.of(1, 2, 3) } });
    expect([...(value?.data ?? [])]).toEqual([0, 4, 0]);
  });

  it('leave no nodes behind for inputs that nobody asks about', () => {
    const data = input('data', ['B', 4]);
    const w = parameter('w', [4, 3]);
    const [dw] = gradients(sum(matmul(data, w)), [w]);
    // Y = X W and dW = Xᵀ dY; dX = dY Wᵀ would be a third.
    expect(walk([dw ?? w]).nodes.filter(({ op }) => op === 'MatMul')).toHaveLength(2);
  });

  it('survive a chain that is deeper than the call stack', () => {
    let y = x;
    for (let i = 0; i < 20_000; i++) y = sub(y, 1);
    expect(walk(gradients(mul(y, x), [x])).nodes.length).toBeGreaterThan(0);
  });

  it('are built in the scope of the op they belong to', () => {
    const y = scope('layer', () => relu(square(x)));
    const [dx] = gradients(y, [x]);
    expect(new Set(walk([dx ?? x]).nodes.map((n) => n.scope))).toEqual(new Set(['layer', 'layer/gradient']));
  });

  it('refuse a loss that is no scalar', () => {
    expect(() => gradients(input('v', ['B', 2]), [x])).toThrow(/scalar loss; got shape \[B, 2\]/);
  });

  it('stop at a formula that gives another shape than its input has', () => {
    const wrong = differentiable(node('Neg', [x]), [x], () => [input('v', [2])]);
    expect(() => gradients(wrong, [x])).toThrow(/internal: gradient of shape \[2\]/);
  });
});
