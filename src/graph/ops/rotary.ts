/**
 * Rotary positions. Su et al. 2021, arXiv:2104.09864, eq. 34, in the layout of halves (GPT-NeoX): at position t the pair (xᵢ, xᵢ₊d/2) is
 * turned by the angle t·10000^(−2i/d), so that products of queries and keys depend on their distance alone.
 *   X [..., T, d], d even   Y = X cos + (−X₂, X₁) sin   of the same shape
 */
import { TuneError } from '#math';
import { numberDim, showShape } from '../dim.ts';
import { constant } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { concat, split } from './concat.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

export function rotary(x: Tensor, base = 10000): Tensor {
  const steps = numberDim(x.shape.at(-2), 'rotary: the number of steps');
  const depth = numberDim(x.shape.at(-1), 'rotary: the size of a head');
  if (depth % 2 !== 0) {
    throw new TuneError('shapeMismatch', `rotary needs an even last dimension; got ${showShape(x.shape)}.`);
  }
  const half = depth / 2;
  const table = (f: (angle: number) => number): Tensor =>
    constant(
      Float64Array.from({ length: steps * depth }, (_, i) =>
        f(Math.floor(i / depth) * base ** ((-2 * (i % half)) / depth)),
      ),
      [steps, depth],
    );
  const [first = x, second = x] = split(x, [half, half], -1);
  return add(mul(x, table(Math.cos)), mul(concat([neg(second), first], -1), table(Math.sin)));
}
