import { expect, test } from 'vitest';
import { createRng } from '#math';
import {
  constant,
  fansOf,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  kaimingUniformTorch,
  normal,
  ones,
  uniform,
  zeros,
} from './initializers.ts';

test('fans are counted as PyTorch and Keras count them', () => {
  expect(fansOf([300, 100])).toEqual({ fanIn: 300, fanOut: 100 });
  // torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(64, 32, 3, 5)) = (480, 960)
  expect(fansOf([64, 32, 3, 5])).toEqual({ fanIn: 480, fanOut: 960 });
  expect(fansOf([64, 1, 3, 3])).toEqual({ fanIn: 9, fanOut: 576 }); // depthwise
  expect(fansOf([7])).toEqual({ fanIn: 7, fanOut: 7 });
});

// fanIn 300, fanOut 100. Standard deviation of U(-b, b) is b/√3; the cut normals are widened to the stated one.
// bound: no value lies beyond it (uniform: b; cut normal: 2·std/0.8796).
const cases = [
  { init: glorotUniform(), std: Math.sqrt(2 / 400), bound: Math.sqrt(6 / 400) },
  { init: glorotNormal(), std: Math.sqrt(2 / 400), bound: (2 * Math.sqrt(2 / 400)) / 0.8796256610342398 },
  { init: heUniform(), std: Math.sqrt(2 / 300), bound: Math.sqrt(6 / 300) },
  { init: heNormal(), std: Math.sqrt(2 / 300), bound: (2 * Math.sqrt(2 / 300)) / 0.8796256610342398 },
  { init: kaimingUniformTorch(), std: 1 / Math.sqrt(900), bound: 1 / Math.sqrt(300) },
  { init: normal(0.02), std: 0.02, bound: Infinity },
  { init: uniform(-0.1, 0.1), std: 0.1 / Math.sqrt(3), bound: 0.1 },
];

test.each(cases)('$init.name has mean 0, the stated standard deviation and bound', ({ init, std, bound }) => {
  const xs = init.sample([300, 100], fansOf([300, 100]), createRng(1));
  const mean = xs.reduce((s, x) => s + x, 0) / xs.length;
  const variance = xs.reduce((s, x) => s + (x - mean) ** 2, 0) / xs.length;
  expect(xs.length).toBe(30000);
  // Six standard errors: mean std/√n; variance at most std²·√(2/n) (kurtosis of each is at most that of the normal).
  expect(Math.abs(mean)).toBeLessThan((6 * std) / Math.sqrt(30000));
  expect(Math.abs(variance / std ** 2 - 1)).toBeLessThan(6 * Math.sqrt(2 / 30000));
  expect(Math.max(...xs.map(Math.abs))).toBeLessThanOrEqual(Math.fround(bound));
});

test('the same stream gives the same values, another one others', () => {
  const draw = (seed: number) => glorotUniform().sample([4, 5], fansOf([4, 5]), createRng(seed));
  expect(draw(3)).toEqual(draw(3));
  expect(draw(3)).not.toEqual(draw(4));
});

test('zeros, ones and constant fill', () => {
  const fill = (init: ReturnType<typeof zeros>) => [...init.sample([2, 2], fansOf([2, 2]), createRng(0))];
  expect(fill(zeros())).toEqual([0, 0, 0, 0]);
  expect(fill(ones())).toEqual([1, 1, 1, 1]);
  expect(fill(constant(0.25))).toEqual([0.25, 0.25, 0.25, 0.25]);
});

test('impossible settings are refused where they are written', () => {
  expect(() => normal(-1)).toThrow('initializer normal: std must be a number >= 0; got -1.');
  expect(() => constant(NaN)).toThrow('initializer constant: value must be a finite number; got NaN.');
  expect(() => uniform(1, 0)).toThrow('initializer uniform: low must be a number <= high = 0; got 1.');
});
