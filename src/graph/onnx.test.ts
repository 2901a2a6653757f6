import { describe, expect, it } from 'vitest';
import { runOnnx } from '#engine';
import {
  add,
  constant,
  input,
  mul,
  named,
  neg,
  node,
  parameter,
  scope,
  simpleRnn,
  split,
  sum,
  toOnnx,
  transpose,
} from './index.ts';
import type { Tensor } from './index.ts';

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);
const count = (bytes: Uint8Array, word: string): number => text(bytes).split(word).length - 1;
const x = input('x', ['B', 2]);
const feed = { x: { data: Float32Array.of(1, 2), shape: [1, 2] } };

describe('toOnnx', () => {
  it('depends on the graph only, not on what was built before', () => {
    const build = (): Uint8Array => {
      const y = input('y', [3]);
      return toOnnx({ outputs: { z: scope('a', () => sum(mul(add(y, 1), y))) } });
    };
    const first = build();
    neg(x);
    expect(build()).toEqual(first);
  });

  it('writes loops with their bodies, which read weights from around them, the same each time', async () => {
    const build = (): Uint8Array => {
      const loop = (reverse: boolean): Tensor => simpleRnn(input('z', [3, 'B', 1]), input('r', [1, 1]), { reverse });
      return toOnnx({ outputs: { forth: scope('rnn', () => loop(false)), back: scope('rnn', () => loop(true)) } });
    };
    const bytes = build();
    neg(x);
    expect(build()).toEqual(bytes);
    expect(count(bytes, 'rnn/Scan/body')).toBe(1);
    expect(count(bytes, 'rnn/Scan_2/body')).toBe(1);
    const { forth, back } = await runOnnx(bytes, {
      z: { data: Float32Array.of(1, 0, 0), shape: [3, 1, 1] },
      r: { data: Float32Array.of(0.5), shape: [1, 1] },
    });
    const first = Math.tanh(1); // by hand: h ← tanh(z + h/2)
    const numbers = [first, Math.tanh(first / 2), Math.tanh(Math.tanh(first / 2) / 2)];
    numbers.forEach((wanted, t) => expect(forth?.data[t]).toBeCloseTo(wanted, 6));
    expect([...(back?.data ?? [])].map((h) => Number(h.toFixed(6)))).toEqual([Number(first.toFixed(6)), 0, 0]);
  });

  it('names nodes by scope, and apart where they would be equal', () => {
    const y = scope('dense1', () => neg(neg(neg(x))));
    const bytes = toOnnx({ outputs: { y } });
    for (const name of ['dense1/Neg', 'dense1/Neg_2', 'dense1/Neg_3']) expect(text(bytes)).toContain(name);
  });

  it('uses the name that a tensor was given', () => {
    expect(text(toOnnx({ outputs: { y: neg(named(neg(x), 'hidden')) } }))).toContain('hidden');
  });

  it('writes equal small constants once, and keeps 0 and -0 apart', async () => {
    const twice = toOnnx({ outputs: { y: add(mul(x, 0.25), 0.25) } });
    expect(count(twice, 'constant(0.25)')).toBe(3); // The initializer and two uses.
    const signed = (zero: number): Tensor => node('Div', [constant([1, 1]), constant([zero, zero])], {});
    const { y } = await runOnnx(toOnnx({ outputs: { y: add(signed(0), mul(signed(-0), 2)) } }), {});
    expect([...(y?.data ?? [])]).toEqual([NaN, NaN]);
  });

  it('gives one tensor under two output names, and an input as an output', async () => {
    const y = neg(x);
    const result = await runOnnx(toOnnx({ outputs: { y, again: y, same: x } }), feed);
    expect(Object.values(result).map(({ data }) => [...data])).toEqual([
      [-1, -2],
      [-1, -2],
      [1, 2],
    ]);
  });

  it('gives outputs of one node in any order', async () => {
    const [left, right] = split(x, [1, 1], 1);
    const result = await runOnnx(toOnnx({ outputs: { right: right ?? x, left: left ?? x } }), feed);
    expect([...(result['right']?.data ?? [])]).toEqual([2]);
    expect([...(result['left']?.data ?? [])]).toEqual([1]);
  });

  it('declares inputs that nothing reads if asked to', async () => {
    const unused = input('unused', []);
    const bytes = toOnnx({ inputs: [unused], outputs: { y: neg(x) } });
    await expect(runOnnx(bytes, feed)).rejects.toThrow(/"unused"/);
  });

  it('writes parameters into the file where their values are given', async () => {
    const y = mul(x, parameter('w', [2]));
    const bytes = toOnnx({ outputs: { y }, initializers: new Map([['w', Float32Array.of(10, 100)]]) });
    expect([...((await runOnnx(bytes, feed))['y']?.data ?? [])]).toEqual([10, 200]);
    expect(() => toOnnx({ outputs: { y }, initializers: new Map([['w', new Float32Array(3)]]) })).toThrow(/"w"/);
  });

  it('handles the types it declares', async () => {
    const shift = constant([1, 2], [2], 'int32');
    const y = node('Cast', [add(node('Cast', [x], { attributes: { to: 6 }, dtype: 'int32' }), shift)], {
      attributes: { to: 1 },
      dtype: 'float32',
    });
    expect([...((await runOnnx(toOnnx({ outputs: { y: transpose(y) } }), feed))['y']?.data ?? [])]).toEqual([2, 4]);
  });

  it('refuses one name for two different things', () => {
    expect(() => toOnnx({ outputs: { y: add(x, input('x', [2])) } })).toThrow(/two tensors are called "x"/);
    expect(() => toOnnx({ outputs: { y: add(x, parameter('x', [2])) } })).toThrow(/two tensors are called "x"/);
    expect(() => toOnnx({ outputs: { x: neg(x) } })).toThrow(/both an input and an output/);
  });
});
