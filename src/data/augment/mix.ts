/**
 * Augmentations of a whole batch: each row is mixed with another row of it, and so are the labels, in the loss:
 *   loss of row i = λᵢ L(ŷᵢ, yᵢ) + (1 − λᵢ) L(ŷᵢ, y_{π(i)})
 *   mixup   x = λ xᵢ + (1 − λ) x_{π(i)}.  Zhang et al. 2018, arXiv:1710.09412. Any rows of numbers.
 *   cutMix  a rectangle of x_{π(i)} is put into xᵢ, λ is the share of area left.  Yun et al. 2019, arXiv:1905.04899. Images.
 * λ ~ Beta(α, α), one a batch, as both papers' code has it; cutMix's λ then differs between batches only.
 */
import { type Rng, TuneError } from '#math';
import { requireAtLeast } from './augmentation.ts';

export interface Mixed {
  /** π: which row of the batch was mixed in, [rows]. */
  readonly partners: Int32Array;
  /** λ. */
  readonly own: number;
}

export interface BatchMix {
  readonly kind: 'mixup' | 'cutMix';
  readonly of: 'batches';
  /** Mixes rows of `shape` in place. */
  readonly apply: (values: Float32Array, rows: number, shape: readonly number[], rng: Rng) => Mixed;
}

export function mixup({ alpha = 0.2 } = {}): BatchMix {
  requireAtLeast('mixup', 'alpha', alpha, 1e-3);
  return {
    kind: 'mixup',
    of: 'batches',
    apply(values, rows, _shape, rng) {
      const own = beta(alpha, rng);
      const partners = permutation(rows, rng);
      const size = values.length / rows;
      const before = Float32Array.from(values);
      partners.forEach((partner, row) => {
        for (let j = 0; j < size; j++) {
          values[row * size + j] = own * (before[row * size + j] ?? 0) + (1 - own) * (before[partner * size + j] ?? 0);
        }
      });
      return { partners, own };
    },
  };
}

export function cutMix({ alpha = 1 } = {}): BatchMix {
  requireAtLeast('cutMix', 'alpha', alpha, 1e-3);
  return {
    kind: 'cutMix',
    of: 'batches',
    apply(values, rows, shape, rng) {
      const [channels = 1, height = 1, width = 1] = shape;
      if (shape.length !== 3) {
        throw new TuneError(
          'augment',
          `augment: cutMix changes images, but a row has the shape [${shape.join(', ')}].`,
        );
      }
      const side = Math.sqrt(1 - beta(alpha, rng));
      const partners = permutation(rows, rng);
      const [cy, cx] = [rng.int(0, height - 1), rng.int(0, width - 1)];
      const [h, w] = [Math.floor(side * height), Math.floor(side * width)];
      const [top, left] = [Math.max(0, cy - (h >> 1)), Math.max(0, cx - (w >> 1))];
      const [bottom, right] = [Math.min(height, cy - (h >> 1) + h), Math.min(width, cx - (w >> 1) + w)];
      const before = Float32Array.from(values);
      const size = channels * height * width;
      partners.forEach((partner, row) => {
        for (let c = 0; c < channels; c++) {
          for (let y = top; y < bottom; y++) {
            const at = (c * height + y) * width;
            values.set(
              before.subarray(partner * size + at + left, partner * size + at + right),
              row * size + at + left,
            );
          }
        }
      });
      return { partners, own: 1 - ((bottom - top) * (right - left)) / (height * width) };
    },
  };
}

const permutation = (rows: number, rng: Rng): Int32Array => rng.shuffle(Int32Array.from({ length: rows }, (_, i) => i));

/** Beta(α, α) as G₁/(G₁ + G₂) of two Gamma(α) numbers, in logs: both underflow for small α. */
function beta(alpha: number, rng: Rng): number {
  const [first, second] = [logGammaSample(alpha, rng), logGammaSample(alpha, rng)];
  return 1 / (1 + Math.exp(second - first));
}

/** Logarithm of a Gamma(α) number. Marsaglia & Tsang 2000 (ACM TOMS 26); α < 1 by G(α + 1) · U^(1/α). */
function logGammaSample(alpha: number, rng: Rng): number {
  if (alpha < 1) return logGammaSample(alpha + 1, rng) + Math.log(1 - rng.float()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.float()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}
