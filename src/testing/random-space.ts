/** Small spaces of every shape, drawn at random: for laws that should hold in any space. */
import type { Rng } from '#math';
import { branch, cardinality, choice, type Fields, fixed, float, int, type Param, space, type Space } from '#space';

export interface RandomSpaceOptions {
  /** Only spaces with at most so many points; without it floats are continuous. */
  readonly points?: number;
  /** Branches within branches. */
  readonly depth?: number;
}

export function randomSpace(rng: Rng, { points, depth = 2 }: RandomSpaceOptions = {}): Space {
  for (;;) {
    const drawn = space(fields(rng, points !== undefined, depth, 1));
    if (points === undefined || cardinality(drawn) <= points) return drawn;
  }
}

const fields = (rng: Rng, finite: boolean, depth: number, least: number): Fields =>
  Object.fromEntries(
    Array.from({ length: rng.int(least, 3) }, (_, i) => [`p${i}`, param(rng, finite, depth)] as const),
  );

function param(rng: Rng, finite: boolean, depth: number): Param {
  const low = rng.int(-3, 3);
  switch (rng.int(0, 7)) {
    case 0:
      return finite ? float(low, low + rng.int(1, 4) / 2, { step: 0.5 }) : float(low, low + 2 * rng.float() + 0.1);
    case 1:
      return finite ? float(0, 1, { step: 0.25 }) : float(10 ** (low - 4), 10 ** low, { log: true });
    case 2:
      return int(low, low + rng.int(1, 4));
    case 3:
      return int(1, rng.int(2, 8), { log: true });
    case 4:
      return choice(['a', 'b', 'c', true, null].slice(0, rng.int(2, 5)) as ['a']); // never empty
    case 5:
      return choice([8, 16, 64, 32].slice(0, rng.int(2, 4)) as [number]); // never empty
    case 6:
      return depth > 0 ? branches(rng, finite, depth - 1) : fixed('constant');
    default:
      return depth > 0 ? branches(rng, finite, depth - 1) : int(0, 2);
  }
}

/** Some labels have no fields; names come again under other labels. */
const branches = (rng: Rng, finite: boolean, depth: number): Param =>
  branch(Object.fromEntries(['x', 'y', 'z'].slice(0, rng.int(1, 3)).map((l) => [l, fields(rng, finite, depth, 0)])));
