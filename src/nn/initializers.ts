/**
 * Initial values of parameters.
 *   glorotUniform, glorotNormal  Glorot & Bengio 2010 (AISTATS, eq. 16), as Keras defines them
 *   heUniform, heNormal          He et al. 2015 (arXiv:1502.01852, eq. 10), as Keras defines them
 *   kaimingUniformTorch          what PyTorch's Linear and Conv2d draw weights and biases from: U(-b, b), b = 1/√fanIn
 *                                (kaiming_uniform_ with a = √5)
 * The normal ones are truncated at two standard deviations and widened so that the variance is the stated one, as in Keras;
 * PyTorch's xavier_normal_ and kaiming_normal_ are not truncated.
 *   fanIn, fanOut  numbers of inputs and outputs that one unit sees: dense [in, out] → in, out;
 *                  conv [O, I/g, kH, kW] → I/g·kH·kW, O·kH·kW (PyTorch and Keras agree, groups included)
 */
import { type Rng, TuneError } from '#math';

export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

export interface Initializer {
  readonly name: string;
  /** Fresh values in row-major order; the same rng state gives the same values. */
  sample(shape: readonly number[], fans: Fans, rng: Rng): Float32Array;
}

/** Fans by the shape alone: vectors n, n; matrices [in, out]; anything longer is a convolution [O, I/g, ...kernel]. */
export function fansOf(shape: readonly number[]): Fans {
  const [first = 1, second = first, ...kernel] = shape;
  if (shape.length <= 2) return { fanIn: first, fanOut: second };
  const taps = kernel.reduce((product, size) => product * size, 1);
  return { fanIn: second * taps, fanOut: first * taps };
}

export const zeros = (): Initializer => filled('zeros', 0);
export const ones = (): Initializer => filled('ones', 1);
export const constant = (value: number): Initializer => filled('constant', finite('constant', 'value', value));

/** N(mean, std²), not truncated. */
export function normal(std = 0.05, mean = 0): Initializer {
  if (!(std >= 0 && Number.isFinite(std))) throw refuse('normal', 'std', 'a number >= 0', std);
  finite('normal', 'mean', mean);
  return drawn('normal', (_fans, rng) => () => mean + std * rng.normal());
}

/** U(low, high). */
export function uniform(low = -0.05, high = 0.05): Initializer {
  finite('uniform', 'high', high);
  if (!(finite('uniform', 'low', low) <= high)) throw refuse('uniform', 'low', `a number <= high = ${high}`, low);
  return drawn('uniform', (_fans, rng) => () => low + (high - low) * rng.float());
}

export const glorotUniform = (): Initializer =>
  drawn('glorotUniform', ({ fanIn, fanOut }, rng) => symmetricUniform(Math.sqrt(6 / (fanIn + fanOut)), rng));

export const heUniform = (): Initializer =>
  drawn('heUniform', ({ fanIn }, rng) => symmetricUniform(Math.sqrt(6 / fanIn), rng));

export const kaimingUniformTorch = (): Initializer =>
  drawn('kaimingUniformTorch', ({ fanIn }, rng) => symmetricUniform(1 / Math.sqrt(fanIn), rng));

export const glorotNormal = (): Initializer =>
  drawn('glorotNormal', ({ fanIn, fanOut }, rng) => truncatedNormal(Math.sqrt(2 / (fanIn + fanOut)), rng));

export const heNormal = (): Initializer =>
  drawn('heNormal', ({ fanIn }, rng) => truncatedNormal(Math.sqrt(2 / fanIn), rng));

/** Standard deviation of a standard normal cut at ±2: √(1 − 4φ(2)/(2Φ(2) − 1)), the number Keras divides by. */
const STD_OF_NORMAL_CUT_AT_2 = 0.87962566103423978;

const symmetricUniform = (bound: number, rng: Rng) => (): number => bound * (2 * rng.float() - 1);

function truncatedNormal(std: number, rng: Rng): () => number {
  const scale = std / STD_OF_NORMAL_CUT_AT_2;
  return () => {
    for (;;) {
      const z = rng.normal();
      if (Math.abs(z) <= 2) return scale * z;
    }
  };
}

const size = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

const filled = (name: string, value: number): Initializer => ({
  name,
  sample: (shape) => new Float32Array(size(shape)).fill(value),
});

const drawn = (name: string, source: (fans: Fans, rng: Rng) => () => number): Initializer => ({
  name,
  sample: (shape, fans, rng) => new Float32Array(size(shape)).map(source(fans, rng)),
});

function finite(name: string, option: string, value: number): number {
  if (!Number.isFinite(value)) throw refuse(name, option, 'a finite number', value);
  return value;
}

const refuse = (name: string, option: string, wants: string, got: unknown): TuneError =>
  new TuneError('invalidOption', `initializer ${name}: ${option} must be ${wants}; got ${String(got)}.`, {
    initializer: name,
    option,
    got,
  });
