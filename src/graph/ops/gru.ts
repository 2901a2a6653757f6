/**
 * Gated recurrent unit over a sequence. Cho et al. 2014, arXiv:1406.1078, with the reset gate after the product, as in PyTorch, cuDNN
 * and Keras (reset_after=True).
 *   u = h R + (0, 0, b),  (r, v) = σ(z + u),  n = tanh(z + r u),  h ← (1 - v) n + v h       parts in the order r, v, n
 *   z [T, B, 3H]  inputs already projected     R [H, 3H]     b [H]  added to the new part's u     → all h [T, B, H]; h starts at 0
 * Backward, for dh that reaches a step (all factors are computed for all steps at once):
 *   du = dh (kₙ u r(1-r), (h₋ - n) v(1-v), kₙ r),  kₙ = (1 - v)(1 - n²);   dz = du but for the new part dh kₙ
 *   dh₋ = dh v + du Rᵀ;  dR = Σ h₋ᵀ du,  db = Σ du of the new part
 */
import { differentiable } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { concat, split } from './concat.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { before, recurrentGradient, unitsOf, unlessPadding, zeroState } from './recurrence.ts';
import type { RecurrentOptions } from './recurrence.ts';
import { scan } from './scan.ts';
import { sigmoid } from './sigmoid.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { sumTo } from './sum.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';

export function gru(
  z: Tensor,
  recurrent: Tensor,
  newBias: Tensor,
  { real = null, reverse = false }: RecurrentOptions = {},
): Tensor {
  const units = unitsOf('gru', z, recurrent, 3);
  const zero = zeroState(z, units);
  const mask = real === null ? [] : [real];
  const { outputs } = scan(
    { states: [zero], sequences: [z, ...mask], captures: [recurrent, newBias], reverse },
    ([h = zero], [zt = z, realNow], [weight = recurrent, bias = newBias]) => {
      const sizes = [2 * units, units];
      const [gatesIn = zt, newIn = zt] = split(zt, sizes, 1);
      const [gatesU = zt, newU = zt] = split(matmul(h, weight), sizes, 1);
      const gates = sigmoid(add(gatesIn, gatesU));
      const [r = gates, v = gates] = split(gates, [units, units], 1);
      const u = add(newU, bias);
      const n = tanh(add(newIn, mul(r, u)));
      const next = unlessPadding(realNow, add(n, mul(v, sub(h, n))), h);
      return { states: [next], outputs: [next, gates, n, u] };
    },
  );
  const [hs = z, gates = z, n = z, u = z] = outputs;
  return differentiable(hs, [z, recurrent, newBias], (dhs) => {
    const [r = gates, v = gates] = split(gates, [units, units], 2);
    const previous = before(hs, reverse);
    const kNew = mul(sub(1, v), sub(1, square(n)));
    const slopes = mul(gates, sub(1, gates));
    const kGates = mul(concat([mul(kNew, u), sub(previous, n)], 2), slopes);
    const live = real === null ? null : cast(real, 'float32');
    const masked = (x: Tensor): Tensor => (live === null ? x : mul(x, live));
    const keep = live === null ? v : add(masked(v), sub(1, live));
    const { outputs: backward } = scan(
      {
        states: [zero],
        sequences: [dhs, masked(concat([kGates, mul(kNew, r)], 2)), keep],
        captures: [transpose(recurrent)],
        reverse: !reverse,
      },
      ([dhLater = zero], [dht = dhs, k = dhs, kept = dhs], [rT = recurrent]) => {
        const dh = add(dhLater, dht);
        const du = mul(concat([dh, dh, dh], 1), k);
        return { states: [add(mul(dh, kept), matmul(du, rT))], outputs: [du, dh] };
      },
    );
    const [du = z, dh = hs] = backward;
    const [duGates = du, duNew = du] = split(du, [2 * units, units], 2);
    const dz = concat([duGates, mul(dh, masked(kNew))], 2);
    return [dz, recurrentGradient(previous, du), sumTo(duNew, newBias.shape)];
  });
}
