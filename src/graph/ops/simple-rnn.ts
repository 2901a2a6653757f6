/**
 * The plain recurrent layer over a sequence. Elman 1990 (Cognitive Science 14).
 *   h ← tanh(z + h R)     z [T, B, H]  inputs already projected     R [H, H]     → all h [T, B, H]; h starts at 0
 * Backward: dz = dh (1 - h²),  dh₋ = dz Rᵀ,  dR = Σ h₋ᵀ dz.
 */
import { differentiable } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { before, recurrentGradient, step, unitsOf, unlessPadding, zeroState } from './recurrence.ts';
import type { RecurrentOptions } from './recurrence.ts';
import { scan } from './scan.ts';
import { square } from './square.ts';
import { sub } from './sub.ts';
import { tanh } from './tanh.ts';
import { transpose } from './transpose.ts';

export function simpleRnn(
  z: Tensor,
  recurrent: Tensor,
  { real = null, reverse = false }: RecurrentOptions = {},
): Tensor {
  const zero = zeroState(z, unitsOf('simpleRnn', z, recurrent, 1));
  const mask = real === null ? [] : [real];
  const { outputs } = scan(
    { states: [zero], sequences: [z, ...mask], captures: [recurrent], reverse },
    ([h = zero], [zt = z, realNow], [r = recurrent]) => {
      const next = unlessPadding(realNow, tanh(step(h, r, zt)), h);
      return { states: [next], outputs: [next] };
    },
  );
  const [hs = z] = outputs;
  return differentiable(hs, [z, recurrent], (dhs) => {
    const live = real === null ? null : cast(real, 'float32');
    const slopes = sub(1, square(hs));
    const past = live === null ? [] : [sub(1, live)];
    const { outputs: backward } = scan(
      {
        states: [zero],
        sequences: [dhs, live === null ? slopes : mul(slopes, live), ...past],
        captures: [transpose(recurrent)],
        reverse: !reverse,
      },
      ([dhLater = zero], [dht = dhs, k = dhs, padding], [rT = recurrent]) => {
        const dh = add(dhLater, dht);
        const dz = mul(dh, k);
        const through = matmul(dz, rT);
        return { states: [padding === undefined ? through : add(through, mul(dh, padding))], outputs: [dz] };
      },
    );
    const [dz = z] = backward;
    return [dz, recurrentGradient(before(hs, reverse), dz)];
  });
}
