/**
 * A short training of a CNN, an LSTM or a Transformer that saves its state every few steps and goes on from it when started again. Prints `step N` after each step
 * and `weights SHA256` at the end.
 *
 *   node --import tsx test/support/train-family.ts FAMILY CHECKPOINT EPOCHS
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { flip, fromArrays, mixup, noise } from '#data';
import { createRng } from '#math';
import {
  batchNorm,
  conv2d,
  dense,
  dropout,
  flatten,
  functional,
  globalAveragePool1d,
  type Layer,
  lstm,
  maxPool2d,
  reshape,
  sequential,
  sinusoidalPositions,
  transformerEncoderBlock,
} from '#nn';
import { adamw, cosine, reduceOnPlateau, sgd } from '#optim';
import { fit, type FitState, type TrainConfig } from '#train';
import { loadCheckpoint, saveCheckpoint } from '../../src/tune/checkpoint.ts';

export const FAMILIES = ['cnn', 'lstm', 'transformer'] as const;
export type Family = (typeof FAMILIES)[number];

const SIDE = 12;
/** Steps between two checkpoints: most kills fall between them. */
const EVERY = 3;

const rows = functional((x) => reshape(x, ['B', SIDE, SIDE])); // a picture as a sequence of its lines
const MODELS: Readonly<Record<Family, Layer>> = {
  cnn: sequential([conv2d(8, 3, { activation: 'relu' }), batchNorm(), maxPool2d(2), flatten(), dropout(0.3), dense(4)]),
  lstm: sequential([rows, lstm(16, { returnSequences: true }), dropout(0.2), lstm(16), dense(4)]),
  transformer: sequential([
    rows,
    dense(16),
    sinusoidalPositions(),
    transformerEncoderBlock(2, { hidden: 32, dropout: 0.1 }),
    globalAveragePool1d(),
    dense(4),
  ]),
};

/** Each family with other techniques, so that their states are resumed, too. */
const CONFIGS: Readonly<Record<Family, Omit<TrainConfig, 'epochs'>>> = {
  cnn: {
    optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
    batchSize: 16,
    augment: [flip(), mixup()],
    averageDecay: 0.9,
  },
  lstm: {
    optimizer: adamw({ learningRate: 3e-3 }),
    batchSize: 16,
    clipNorm: 1,
    plateau: reduceOnPlateau({ patience: 0 }),
  },
  transformer: {
    optimizer: adamw({ learningRate: 3e-3 }),
    batchSize: 16,
    schedule: cosine({ over: 40, unit: 'step' }),
    augment: [noise(0.1)],
    earlyStopping: { patience: 3 },
  },
};

export interface FamilyRun {
  readonly resumeFrom?: FitState;
  readonly onStep?: (step: number, capture: () => FitState) => Promise<void>;
}

/** SHA-256 of the final weights. */
export async function trainFamily(
  family: Family,
  epochs: number,
  { resumeFrom, onStep }: FamilyRun = {},
): Promise<string> {
  const rng = createRng('families');
  const count = 200;
  const y = Array.from({ length: count }, () => rng.int(0, 3));
  const x = Float32Array.from({ length: count * SIDE * SIDE }, (_, i) => {
    const label = y[Math.floor(i / (SIDE * SIDE))] ?? 0;
    return rng.normal() + (Math.floor((i % (SIDE * SIDE)) / 36) === label ? 1 : 0);
  });
  const dataset = fromArrays({ name: 'made', inputShape: [1, SIDE, SIDE], x, y, labels: ['a', 'b', 'c', 'd'] });
  const all = Int32Array.from({ length: count }, (_, i) => i);
  const { weights } = await fit({
    model: MODELS[family],
    dataset,
    trainIndices: all.slice(0, 160),
    validationIndices: all.slice(160),
    config: { ...CONFIGS[family], epochs, restoreBest: false },
    seed: 7,
    ...(resumeFrom && { resumeFrom }),
    async onStep({ step }, capture) {
      await onStep?.(step, capture);
      return 'continue' as const; // or it would be any text
    },
    async onEpoch(_report, capture) {
      await onStep?.(capture().step, capture);
      return 'continue' as const; // or it would be any text
    },
  });
  const hash = createHash('sha256');
  for (const [name, values] of [...weights].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

async function main([name = '', path = '', epochs = '']: readonly string[]): Promise<void> {
  const family = FAMILIES.find((one) => one === name);
  if (family === undefined) throw new Error(`there is no family ${name}`);
  const place = { path, identity: family };
  const saved = await loadCheckpoint(place);
  const sha = await trainFamily(family, Number(epochs), {
    ...(saved && { resumeFrom: saved }),
    async onStep(step, capture) {
      process.stdout.write(`step ${step}\n`);
      if (step % EVERY === 0) await saveCheckpoint(place, capture());
    },
  });
  process.stdout.write(`weights ${sha}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main(process.argv.slice(2));
