/**
 * A learning-curve problem with a conditional space, for studies as long as the page has to hold: what training a small network looks like, at no cost.
 * The error falls exponentially to a floor that depends on how far each parameter lies from a good setting, and rises again where a large net is little regularised;
 * too large a learning rate diverges. It is made up (no paper): only its shape matters here.
 *   t  epoch from 1     error(t) = floor + (0.9 - floor) · exp(-t / τ) + overfit · t + noise
 */
import { createRng } from '#math';
import { branch, choice, float, int, space, type Infer } from '#space';

export const networks = space({
  learningRate: float(1e-5, 1, { log: true }),
  weightDecay: float(1e-7, 1e-1, { log: true }),
  dropout: float(0, 0.6),
  layers: int(1, 6),
  units: int(16, 1024, { log: true }),
  batchSize: choice([16, 32, 64, 128, 256]),
  activation: choice(['relu', 'gelu', 'tanh']),
  optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: { beta2: float(0.9, 0.9999) }, rmsprop: {} }),
});
type Network = Infer<typeof networks>;

interface Epoch {
  readonly accuracy: number;
  readonly loss: number;
}

export interface Training {
  /** Of one epoch. */
  readonly seconds: number;
  readonly latencyMs: number;
  readonly memoryMb: number;
  /** NaN from the epoch at which it diverged. */
  at(epoch: number): Epoch;
}

/** What the best learning rate of each optimizer is, as log10. */
const GOOD_RATE = { sgd: -0.7, adam: -3, rmsprop: -3.3 } as const;
const ACTIVATION_COST = { relu: 0.01, gelu: 0, tanh: 0.04 } as const;

export function training(p: Network, seed: number): Training {
  const rng = createRng(seed);
  const { optimizer, layers, units, dropout, weightDecay, batchSize } = p;
  // Momentum multiplies the length of a step by 1 / (1 - momentum).
  const rate = Math.log10(p.learningRate) - (optimizer.kind === 'sgd' ? Math.log10(1 - optimizer.momentum) : 0);
  const beyond = rate - GOOD_RATE[optimizer.kind] - 0.2 * Math.log2(batchSize / 64);
  const capacity = Math.log2(units) + 0.7 * layers; // 4.7 … 14.2
  const second = optimizer.kind === 'adam' ? 0.02 * Math.abs(Math.log10(1 - optimizer.beta2) + 3) : 0;
  const floor =
    0.05 +
    0.05 * beyond ** 2 +
    0.012 * Math.max(0, 10.5 - capacity) +
    0.2 * (dropout - 0.25) ** 2 +
    0.008 * (Math.log10(weightDecay) + 4) ** 2 +
    ACTIVATION_COST[p.activation] +
    second;
  const final = Math.min(0.88, floor + 0.01 * Math.abs(rng.normal()));
  const tau = 2 * 1.8 ** Math.max(-1, Math.min(3, -beyond)); // a slow rate learns slowly
  const overfit = 0.0015 * Math.max(0, capacity - 11) * Math.max(0, 0.3 - dropout);
  const divergesAt = beyond > 1.9 ? 1 + Math.floor(8 * rng.float()) : Infinity;
  const size = units * units * layers;
  return {
    seconds: 2 + size / 2e5 + 60 / batchSize,
    latencyMs: 0.4 + size / 4e5 + 0.15 * layers,
    memoryMb: 40 + size / 4e3 + units * layers * batchSize * 4e-4,
    at(epoch) {
      if (epoch >= divergesAt) return { accuracy: NaN, loss: NaN };
      const error = final + (0.9 - final) * Math.exp(-epoch / tau) + overfit * epoch + 0.004 * rng.normal();
      return { accuracy: 1 - Math.min(0.95, Math.max(0.02, error)), loss: 2.3 * Math.max(0.02, error) };
    },
  };
}
