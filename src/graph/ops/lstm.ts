/**
 * Long short-term memory over a sequence. Hochreiter & Schmidhuber 1997; with forget gate, Gers et al. 2000.
 *   (i, f, o) = σ(z + h R),  g = tanh(z + h R),  c ← f c + i g,  h ← o tanh c       gates in the order i, f, o, g
 *   z [T, B, 4H]  inputs already projected     R [H, 4H]     → all h [T, B, H]; c and h start at 0
 * Backward, for dh and dc that reach a step (all factors but the last line are computed for all steps at once):
 *   dc' = dc + dh o (1 - tanh²c)
 *   dz  = (dc' g i(1-i), dc' c₋ f(1-f), dh tanh(c) o(1-o), dc' i (1-g²))
 *   dc₋ = dc' f,  dh₋ = dz Rᵀ;  dR = Σ h₋ᵀ dz
 * Cost: a loop body of one product and nine elementwise ops forward, one product and six backward.
 */
import { differentiable } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { concat, split } from './concat.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { before, recurrentGradient, step, unitsOf, unlessPadding, zeroState } from './recurrence.ts';
import type { RecurrentOptions } from './recurrence.ts';
import { scan } from './scan.ts';
import { sigmoid } from './sigmoid.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';

export function lstm(z: Tensor, recurrent: Tensor, { real = null, reverse = false }: RecurrentOptions = {}): Tensor {
  const units = unitsOf('lstm', z, recurrent, 4);
  const zero = zeroState(z, units);
  const mask = real === null ? [] : [real];
  const { outputs } = scan(
    { states: [zero, zero], sequences: [z, ...mask], captures: [recurrent], reverse },
    ([h = zero, c = zero], [zt = z, realNow], [r = recurrent]) => {
      const [gatesIn = zt, cellIn = zt] = split(step(h, r, zt), [3 * units, units], 1);
      const gates = sigmoid(gatesIn);
      const g = tanh(cellIn);
      const [i = gates, f = gates, o = gates] = split(gates, [units, units, units], 1);
      const cell = add(mul(f, c), mul(i, g));
      const nextC = unlessPadding(realNow, cell, c);
      const nextH = unlessPadding(realNow, mul(o, tanh(cell)), h);
      return { states: [nextH, nextC], outputs: [nextH, nextC, gates, g] };
    },
  );
  const [hs = z, cs = z, gates = z, g = z] = outputs;
  return differentiable(hs, [z, recurrent], (dhs) => {
    const [i = gates, f = gates, o = gates] = split(gates, [units, units, units], 2);
    const tanhC = tanh(cs);
    const slopes = mul(gates, sub(1, gates)); // of all three σ
    const factors = concat([mul(concat([g, before(cs, reverse), tanhC], 2), slopes), mul(i, sub(1, square(g)))], 2);
    const into = mul(o, sub(1, square(tanhC)));
    const live = real === null ? null : cast(real, 'float32');
    const masked = (x: Tensor): Tensor => (live === null ? x : mul(x, live));
    const past = live === null ? [] : [sub(1, live)];
    const { outputs: backward } = scan(
      {
        states: [zero, zero],
        sequences: [dhs, masked(factors), masked(into), live === null ? f : add(masked(f), sub(1, live)), ...past],
        captures: [transpose(recurrent)],
        reverse: !reverse,
      },
      ([dhLater = zero, dcLater = zero], [dht = dhs, k = dhs, a = dhs, keep = dhs, padding], [rT = recurrent]) => {
        const dh = add(dhLater, dht);
        const dc = add(dcLater, mul(dh, a));
        const dz = mul(concat([dc, dc, dh, dc], 1), k);
        const through = matmul(dz, rT);
        const dhBefore = padding === undefined ? through : add(through, mul(dh, padding));
        return { states: [dhBefore, mul(dc, keep)], outputs: [dz] };
      },
    );
    const [dz = z] = backward;
    return [dz, recurrentGradient(before(hs, reverse), dz)];
  });
}
