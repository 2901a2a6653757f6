/**
 * Functions with known optimum and earlier studies of them that help, tell nothing, or mislead: 50 random trials each.
 *   bowl   four floats, Σ (1 + i) |x_i - c_i|^1.5          good: c moved by -0.05        unrelated: a bowl with permuted axes and another optimum
 *   hartmann6   Dixon & Szegő 1978; regret                 good: moved by -0.04          unrelated: axes reversed and mirrored
 *   waves  five floats, Σ 8 (x_i - c)² + 0.4 (1 - cos 6π (x_i - c))     good: c moved by 0.05     unrelated: c moved by 0.5
 *   inverted: the function itself, negated      all: the three as three studies
 */
import type { TrialRecord } from '#core';
import { createRng } from '#math';
import { float, sampleUniform, space, type Space } from '#space';

type Loss = (x: readonly number[]) => number;
export const KINDS = ['good', 'unrelated', 'inverted', 'all'] as const;
type Kind = (typeof KINDS)[number];

export interface Problem {
  readonly name: string;
  readonly space: Space;
  readonly loss: Loss;
  readonly histories: Readonly<Record<Kind, readonly Loss[]>>;
}

const problem = (name: string, dimensions: number, loss: Loss, good: Loss, unrelated: Loss): Problem => {
  const inverted: Loss = (x) => -loss(x);
  return {
    name,
    space: space(Object.fromEntries(Array.from({ length: dimensions }, (_, i) => [`x${i}`, float(0, 1)]))),
    loss,
    histories: { good: [good], unrelated: [unrelated], inverted: [inverted], all: [inverted, unrelated, good] },
  };
};

const bowl =
  (at: number): Loss =>
  (x) =>
    x.reduce((sum, v, i) => sum + (1 + i) * Math.abs(v - at - 0.1 * i) ** 1.5, 0);

const waves =
  (at: number): Loss =>
  (x) =>
    x.reduce((sum, v) => sum + 8 * (v - at) ** 2 + 0.4 * (1 - Math.cos(6 * Math.PI * (v - at))), 0);

const ALPHA = [1, 1.2, 3, 3.2] as const;
const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
] as const;
const P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
] as const;
const hartmann6 =
  (moved: number): Loss =>
  (x) =>
    3.32237 -
    ALPHA.reduce((sum, alpha, i) => {
      const distance = A[i]!.reduce((d, a, j) => d + a * (x[j]! + moved - P[i]![j]!) ** 2, 0);
      return sum + alpha * Math.exp(-distance);
    }, 0);

export const problems: readonly Problem[] = [
  problem('bowl', 4, bowl(0.35), bowl(0.3), (x) => bowl(0.6)([x[2]!, x[0]!, x[3]!, x[1]!].map((v) => 1 - v))),
  problem('hartmann6', 6, hartmann6(0), hartmann6(0.04), (x) => hartmann6(0)(x.toReversed().map((v) => 1 - v))),
  problem('waves', 5, waves(0.4), waves(0.45), waves(0.9)),
];

/** A study of 50 random trials. */
export function randomStudy(s: Space, loss: Loss, seed: number) {
  const rng = createRng(seed);
  const trials = Array.from({ length: 50 }, (_, number): TrialRecord => {
    const params = sampleUniform(s, rng.fork(number));
    const rest = { createdAt: 0, measurements: [], attempt: 1, attributes: {}, suggestedBy: 'random' };
    const values = { loss: loss(Object.values(params).map(Number)) };
    return { ...rest, number, params, state: 'complete', startedAt: 0, endedAt: 0, values };
  });
  return { name: 'before', space: s, objectives: [{ name: 'loss', direction: 'minimize' as const }], trials };
}
