/**
 * How much memory a fit will take, worked out from its graphs before anything is compiled.
 *   variables   parameters, running statistics, optimizer slots and averages, which are written in place
 *   step        the most bytes of values that are alive at once while the nodes of the training step run in order, for the largest batch
 *   evaluation  the same of validation; both sessions keep what they have taken
 *   rows        encoded rows that are kept, and the arrays of a batch
 * ONNX Runtime takes memory in growing regions and plans a second run anew, so that it holds more than is alive: HELD times. That number and what loading takes
 * were fitted to 16 runs of six networks with onnxruntime-node 1.30 on Linux; docs/training.md has the table of estimates beside measurements, other networks among them.
 * Cost: tracing the model and its gradients, some milliseconds to 0.2 s.
 */
import { mean, type Node, resolveDim, type Tensor, walk } from '#graph';
import { TuneError } from '#math';
import { trace } from '#nn';
import { buildTrainStep } from '#optim';
import { type CheckedOptions, largestBatch } from './config.ts';
import { EVALUATION_BATCH_SIZE, targetInput } from './evaluate.ts';
import { headFor } from './head.ts';
import { keptRowBytes } from './row-cache.ts';

/** Bytes; `total` is what a fit adds to its process. */
export interface MemoryEstimate {
  readonly variables: number;
  readonly step: number;
  readonly evaluation: number;
  readonly rows: number;
  readonly total: number;
}

/** Bytes that ONNX Runtime holds for each that is alive at the peak. */
const HELD = 2.4;
/** Loading ONNX Runtime and compiling two sessions. */
const RUNTIME_BYTES = 54e6;
const BYTES = { float32: 4, int64: 8, int32: 4, bool: 1, uint8: 1 } as const;

export interface MemoryOptions extends Omit<CheckedOptions, 'encoder'> {
  readonly evaluationBatchSize?: number;
}

export function estimateMemory({
  model,
  dataset,
  trainIndices,
  validationIndices,
  config,
  ...options
}: MemoryOptions): MemoryEstimate {
  const { evaluationBatchSize = EVALUATION_BATCH_SIZE } = options;
  const batch = Math.min(config.microBatchSize ?? Infinity, largestBatch(config), trainIndices.length);
  const evaluated = Math.min(evaluationBatchSize, validationIndices.length);
  const training = trace(model, dataset.inputShape, { training: true });
  const head = headFor(dataset, training.output.shape, null, config.loss);
  const loss = mean(head.loss.perSample(training.output, targetInput(head)));
  const { parameters, buffers } = training;
  const step = buildTrainStep({ ...config, loss, parameters, accumulates: false });
  const statistics = buffers.flatMap(({ next }) => (next ? [next] : []));
  const inference = trace(model, dataset.inputShape);
  const scored = [inference.output, head.loss.perSample(inference.output, targetInput(head))];

  const numbers = [...parameters, ...buffers, ...step.slots, ...step.averages].map(({ shape }) => product(shape));
  const features = product(dataset.inputShape);
  const kept = Math.min(1, (trainIndices.length + validationIndices.length) / dataset.train.size);
  const [variables, alive, validation, rows] = [
    4 * sum(numbers),
    liveBytes([loss, ...step.updates.map(({ next }) => next), ...statistics], batch),
    evaluated === 0 ? 0 : liveBytes(scored, evaluated),
    kept * keptRowBytes(dataset.train, features) + 4 * features * (batch + evaluated),
  ];
  const held = { variables, step: HELD * alive, evaluation: HELD * validation, rows };
  return { ...held, total: RUNTIME_BYTES + sum(Object.values(held)) };
}

/** Refuses a fit that would take its process over so many bytes, before anything is compiled. */
export function checkMemory(options: MemoryOptions, limitBytes: number, residentBytes: number): void {
  const { total } = estimateMemory(options);
  const needed = residentBytes + total;
  if (needed <= limitBytes) return;
  throw new TuneError(
    'memoryLimit',
    `Training ${options.dataset.name} by batches of ${largestBatch(options.config)} would take about ${megabytes(needed)} of memory, more than the limit of ${megabytes(limitBytes)}: take a smaller batch, microBatchSize, or a smaller model.`,
    { neededBytes: needed, limitBytes },
  );
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;

/** @internal The most bytes of intermediate values alive at once when the nodes run one after another for a batch of this size. */
function liveBytes(outputs: readonly Tensor[], batch: number): number {
  const { nodes } = walk(outputs);
  const order = new Map(nodes.map((node, at) => [node, at]));
  const values = new Map<string, { readonly bytes: number; readonly born: number; dies: number }>();
  const use = (x: Tensor | null | undefined, at: number): void => {
    if (x?.source.kind !== 'node') return;
    const born = order.get(x.source.node) ?? 0;
    const key = `${born}/${x.source.index}`;
    const known = values.get(key);
    if (known === undefined) values.set(key, { bytes: bytesOf(x, batch), born, dies: at });
    else known.dies = Math.max(known.dies, at);
  };
  nodes.forEach((node, at) => inputsOf(node).forEach((x) => use(x, at)));
  outputs.forEach((x) => use(x, nodes.length));
  const change = new Float64Array(nodes.length + 2);
  for (const { bytes, born, dies } of values.values()) {
    change[born] = (change[born] ?? 0) + bytes;
    change[dies + 1] = (change[dies + 1] ?? 0) - bytes;
  }
  let [now, most] = [0, 0];
  for (const bytes of change) most = Math.max(most, (now += bytes));
  return most;
}

const inputsOf = ({ inputs, body }: Node): (Tensor | null)[] => [
  ...inputs,
  ...(body?.captures.map(({ outer }) => outer) ?? []),
];

const bytesOf = ({ shape, dtype }: Tensor, batch: number): number =>
  BYTES[dtype] * product(shape.map((dim) => resolveDim(dim, { B: batch })));

const product = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
