/**
 * Changes of texts, on the numbers of their tokens; of pairs of texts, the source alone.
 *   tokenDropout  each token is left out with a probability; those behind it move up. Wei & Zou 2019, arXiv:1901.11196, §2 (random deletion)
 *   randomMask    each token becomes the unknown word with a probability. Iyyer et al. 2015 (ACL), §3.3; Bowman et al. 2016, arXiv:1511.06349, §3
 * Padding stays padding. A text that would lose all of its tokens keeps one of them.
 */
import { UNKNOWN } from '../tokenize.ts';
import { type Augmentation, requireShare } from './augmentation.ts';

export function tokenDropout(rate = 0.1): Augmentation {
  requireShare('tokenDropout', 'rate', rate);
  return {
    kind: 'tokenDropout',
    of: 'tokens',
    apply({ values }, rng) {
      const count = tokensIn(values);
      if (count === 0) return;
      const spare = values[rng.int(0, count - 1)] ?? 0;
      let kept = 0;
      for (let i = 0; i < count; i++) if (rng.float() >= rate) values[kept++] = values[i] ?? 0;
      if (kept === 0) values[kept++] = spare;
      values.fill(0, kept, count);
    },
  };
}

export function randomMask(rate = 0.1): Augmentation {
  requireShare('randomMask', 'rate', rate);
  return {
    kind: 'randomMask',
    of: 'tokens',
    apply({ values }, rng) {
      const count = tokensIn(values);
      for (let i = 0; i < count; i++) if (rng.float() < rate) values[i] = UNKNOWN;
    },
  };
}

/** Padding stands behind a text and nowhere in it. */
function tokensIn(values: Float32Array): number {
  const end = values.indexOf(0);
  return end < 0 ? values.length : end;
}
