/**
 * Seeded random numbers whose streams can be forked by name.
 * Generator: xoroshiro128+ of pure-rand. Its own seeding gives a first number near 1 for small seeds, so the 128 bits of
 * state come from a hash of the key instead (MurmurHash3 x86_32, Appleby 2011, once a word).
 * A fork depends on the key and the labels alone, never on how many numbers were drawn: `rng.fork('trial', 7)` is the same
 * stream in an unbroken, a resumed and a parallel run.
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export interface Rng {
  /** Uniform integer in [0, 2³²). */
  readonly uint32: () => number;
  /** Uniform in [0, 1), 53 bits. */
  readonly float: () => number;
  /** Uniform integer in [low, high], both ends included. */
  readonly int: (low: number, high: number) => number;
  /** Standard normal (Marsaglia's polar method; the second number of a pair is not kept). */
  readonly normal: () => number;
  /** Shuffles in place (Fisher–Yates) and returns the argument. */
  readonly shuffle: <T extends Int32Array | unknown[]>(items: T) => T;
  /** A stream of its own, named by labels. */
  readonly fork: (...labels: readonly (string | number)[]) => Rng;
}

const WORDS = 4;

/** MurmurHash3 x86_32 over the UTF-16 code units of `text`, one block each: the state `h` goes on by them. */
function absorb(h: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    let k = Math.imul(text.charCodeAt(i), 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  return h;
}

/** … and its last step, after `length` code units. */
function finish(h: number, length: number): number {
  h ^= length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const SEEDS = Array.from({ length: WORDS }, (_, word) => (word + 1) * 0x9e3779b1);

/** What all forks of a stream begin with: the states of the hash, one for each word, after the text of the key. */
interface Stem {
  readonly states: readonly number[];
  readonly length: number;
}
function stemOf(key: readonly number[]): Stem {
  const text = `${key.join(',')}/`;
  return { states: SEEDS.map((seed) => absorb(seed, text)), length: text.length };
}

/** Each word of the new key depends on all words of the old one. */
const deriveKey = ({ states, length }: Stem, label: string | number): number[] => {
  const text = `${typeof label}:${label}`;
  return states.map((h) => finish(absorb(h, text), length + text.length));
};

function rngFrom(key: readonly number[]): Rng {
  const generator = xoroshiro128plusFromState(key);
  let stem: Stem | null = null; // once forks need it
  const uint32 = (): number => generator.next() >>> 0;
  // 27 + 26 high bits: the low bits of xoroshiro128+ are its weak ones.
  const float = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  const int = (low: number, high: number): number => {
    if (!(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low <= high)) {
      throw new Error(`internal: rng.int(${low}, ${high}) needs integers with low <= high`);
    }
    return low + Math.floor(float() * (high - low + 1));
  };
  const normal = (): number => {
    for (;;) {
      const u = 2 * float() - 1;
      const v = 2 * float() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  return {
    uint32,
    float,
    int,
    normal,
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = Math.floor(float() * (i + 1));
        const held = items[i];
        items[i] = items[j];
        items[j] = held;
      }
      return items;
    },
    fork: (...labels) => {
      let forked = key;
      for (const label of labels) forked = deriveKey(forked === key ? (stem ??= stemOf(key)) : stemOf(forked), label);
      return rngFrom(forked);
    },
  };
}

/** The stream of a seed; the same seed gives the same numbers on every machine. */
export function createRng(seed: number | string): Rng {
  return rngFrom(deriveKey(stemOf([]), seed));
}
