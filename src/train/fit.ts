/**
 * Trains a model: epochs of shuffled batches through one compiled step, validation after each, until the epochs are done,
 * patience runs out, or the caller says so. The weights of the best epoch are given back.
 *
 * Same seed, machine and number of threads: bit-identical weights. Streams: `init` by parameter, `shuffle` by epoch, `mask`
 * by mask and step. The learning rate of a step is `optimizer.learningRate · schedule.factor(t)`, t the 0-based epoch or step.
 * Batch size and learning rate are inputs of the step, so no change of them compiles anything.
 */
import { batches, type Dataset, type Encoder } from '#data';
import { compile, type Program, Variables } from '#engine';
import { mean, resolveDim } from '#graph';
import { createRng, type Rng, TuneError } from '#math';
import { initialValues, type Layer, trace, type TracedMask } from '#nn';
import { buildTrainStep, constant, type TrainStep } from '#optim';
import { type BatchSizeState, nextBatchSize, startOfRule } from './batch-size-rule.ts';
import { createFeeder, type Feeder } from './buffers.ts';
import { checkConfig, type TrainConfig } from './config.ts';
import { outOfPatience, unwatched, watchEpoch } from './early-stopping.ts';
import { createEvaluator, EVALUATION_BATCH_SIZE, type Evaluator, scalarOf, targetInput } from './evaluate.ts';
import { type Head, headFor } from './head.ts';
import { fillMask } from './masks.ts';
import { type Confusion, isMaximized } from './metrics.ts';
import type { EpochReport, Progress } from './report.ts';
import { cacheRows } from './row-cache.ts';
import { type BestEpoch, type FitState, restoreVariables } from './state.ts';

export type Decision = 'continue' | 'stop';

export interface FitOptions {
  readonly model: Layer;
  readonly dataset: Dataset;
  /** Learned from the training rows; made by `dataset.fit` if not given. */
  readonly encoder?: Encoder;
  readonly trainIndices: Int32Array;
  /** Empty: no validation, hence no best epoch, early stopping or batch-size rule. */
  readonly validationIndices: Int32Array;
  readonly config: TrainConfig;
  readonly seed: number;
  readonly threads?: number;
  /** Rows validated at a time. */
  readonly evaluationBatchSize?: number;
  /** Called after every epoch; `capture` gives the state to resume from. */
  readonly onEpoch?: (report: EpochReport, capture: () => FitState) => Decision | Promise<Decision>;
  /** Called about five times a second. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the fit after the step it is in. */
  readonly signal?: AbortSignal;
  /** Goes on where `capture` was called, bit for bit. */
  readonly resumeFrom?: FitState;
  /** Milliseconds that only grow; for reports and the pace of `onProgress`. */
  readonly now?: () => number;
}

export interface FitResult {
  readonly history: readonly EpochReport[];
  /** The epoch that `values` and `weights` are from; 0 if none was finished. */
  readonly bestEpoch: number;
  /** Validation metrics at that epoch, the loss included; empty without validation rows. */
  readonly values: Readonly<Record<string, number>>;
  /** Parameters and running statistics by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** On validation at that epoch; null for a regression or without validation rows. */
  readonly confusion: Confusion | null;
  readonly stopReason: 'epochs' | 'earlyStopping' | 'pruned' | 'aborted';
}

const PROGRESS_INTERVAL_MS = 200;

export async function fit(options: FitOptions): Promise<FitResult> {
  const trainer = await createTrainer(options);
  try {
    return await runEpochs(options, trainer);
  } finally {
    await trainer.release();
  }
}

/** What is compiled and held during a fit. */
interface Trainer {
  readonly variables: Variables;
  /** Names of parameters and running statistics. */
  readonly weightNames: readonly string[];
  readonly program: Program;
  readonly step: TrainStep;
  readonly masks: readonly TracedMask[];
  readonly feeder: Feeder;
  readonly evaluator: Evaluator | null;
  readonly rng: Rng;
  readonly release: () => Promise<void>;
}

async function createTrainer(options: FitOptions): Promise<Trainer> {
  const { model, dataset, trainIndices, validationIndices, config, seed, threads = 1, resumeFrom } = options;
  const { evaluationBatchSize: batchSize = EVALUATION_BATCH_SIZE } = options;
  const traced = trace(model, dataset.inputShape, { training: true });
  const features = dataset.inputShape.reduce((size, n) => size * n, 1);
  const encoder = cacheRows(options.encoder ?? dataset.fit(trainIndices), dataset.train, features);
  const head: Head = headFor(dataset, traced.output.shape, encoder.targetScale, config.loss);
  checkConfig(options, head);

  const loss = mean(head.loss.perSample(traced.output, targetInput(head)));
  const step = buildTrainStep({ loss, parameters: traced.parameters, optimizer: config.optimizer });
  const statistics = traced.buffers.flatMap(({ name, next }) => (next ? [{ name, next }] : []));

  const rng = createRng(seed);
  const variables = new Variables();
  const initial = initialValues(traced, rng.fork('init'));
  const weights = [...traced.parameters, ...traced.buffers];
  for (const { name, shape } of weights) variables.declare(name, shape, initial.get(name) ?? new Float32Array());
  for (const { name, shape } of step.slots) {
    variables.declare(name, shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  }
  if (resumeFrom) restoreVariables(variables, resumeFrom, seed);

  const program = await compile(
    { outputs: { loss }, updates: [...step.updates, ...statistics] },
    { variables, threads },
  );
  const evaluator =
    validationIndices.length === 0
      ? null
      : await createEvaluator({ model, dataset, encoder, head, variables, batchSize, threads });
  const fed = new Set(program.inputs.map(({ name }) => name));
  return {
    variables,
    weightNames: weights.map(({ name }) => name),
    program,
    step,
    masks: traced.masks.filter(({ name }) => fed.has(name)),
    feeder: createFeeder(dataset, encoder, head),
    evaluator,
    rng,
    async release() {
      await program.release();
      await evaluator?.release();
    },
  };
}

async function runEpochs(options: FitOptions, trainer: Trainer): Promise<FitResult> {
  const { dataset, validationIndices, config, seed, onEpoch, signal, resumeFrom } = options;
  const { now = () => performance.now() } = options;
  const { variables, weightNames, evaluator } = trainer;
  const { epochs, earlyStopping, restoreBest = true } = config;
  const rule = typeof config.batchSize === 'number' ? null : config.batchSize;
  const monitor = earlyStopping?.monitor ?? 'loss';
  const currentWeights = (): Map<string, Float32Array> =>
    new Map(weightNames.map((name) => [name, variables.get(name)]));

  const history = [...(resumeFrom?.history ?? [])];
  let watch = resumeFrom?.watch ?? unwatched;
  let best: BestEpoch | null = resumeFrom?.best ?? null;
  let size: BatchSizeState =
    typeof config.batchSize === 'number'
      ? { batchSize: config.batchSize, best: null }
      : (resumeFrom?.batchSize ?? startOfRule(config.batchSize));
  let steps = resumeFrom?.step ?? 0;
  let stopReason: FitResult['stopReason'] = 'epochs';
  const patient = (): boolean => !earlyStopping || !outOfPatience(watch, earlyStopping.patience);

  for (let epoch = (resumeFrom?.epoch ?? 0) + 1; epoch <= epochs; epoch++) {
    if (!patient()) {
      stopReason = 'earlyStopping';
      break;
    }
    const began = now();
    const trained = await trainEpoch(options, trainer, { epoch, batchSize: size.batchSize, steps, now });
    if (trained === null) {
      stopReason = 'aborted';
      break;
    }
    steps = trained.steps;
    const trainedBy = now();
    const evaluation = await evaluator?.evaluate(dataset.train, validationIndices);
    if (evaluation && !Number.isFinite(evaluation.loss)) {
      throw diverged('validation loss', evaluation.loss, epoch, steps, trained.learningRate);
    }
    const values = evaluation ? { loss: evaluation.loss, ...evaluation.metrics } : {};
    const report: EpochReport = {
      epoch,
      trainLoss: trained.loss,
      loss: evaluation?.loss ?? NaN,
      metrics: evaluation?.metrics ?? {},
      learningRate: trained.learningRate,
      batchSize: size.batchSize,
      seconds: (now() - began) / 1000,
      samplesPerSecond: perSecond(trained.rows, trainedBy - began),
    };
    history.push(report);

    if (evaluation) {
      watch = watchEpoch(watch, epoch, valueOf(values, monitor), isMaximized(monitor), earlyStopping?.minDelta);
      if (watch.bestEpoch === epoch || !restoreBest) {
        best = { epoch, values, confusion: evaluation.confusion, weights: currentWeights() };
      }
      if (rule) {
        const watched = rule.monitor ?? monitor;
        size = nextBatchSize(rule, size, valueOf(values, watched), isMaximized(watched));
      }
    }
    const capture = (): FitState => ({
      seed,
      epoch,
      step: steps,
      variables: variables.snapshot(),
      watch,
      batchSize: size,
      best,
      history: [...history],
    });
    if ((await onEpoch?.(report, capture)) === 'stop') {
      stopReason = 'pruned';
      break;
    }
    if (signal?.aborted) {
      stopReason = 'aborted';
      break;
    }
  }
  if (stopReason === 'epochs' && !patient()) stopReason = 'earlyStopping';
  return {
    history,
    bestEpoch: best?.epoch ?? history.length,
    values: best?.values ?? {},
    weights: best?.weights ?? currentWeights(),
    confusion: best?.confusion ?? null,
    stopReason,
  };
}

interface TrainedEpoch {
  readonly loss: number;
  readonly rows: number;
  /** Optimizer steps since the start of the fit. */
  readonly steps: number;
  readonly learningRate: number;
}

/** One pass over the training rows; null if it was aborted. */
async function trainEpoch(
  { dataset, trainIndices, config, onProgress, signal }: FitOptions,
  { program, step, masks, feeder, rng }: Trainer,
  { epoch, batchSize, steps, now }: { epoch: number; batchSize: number; steps: number; now: () => number },
): Promise<TrainedEpoch | null> {
  const { optimizer, schedule = constant(), epochs } = config;
  const stepsOfEpoch = Math.ceil(trainIndices.length / batchSize);
  const began = now();
  const masksOf = createMasks(masks, rng);
  let reported = began;
  let lossSum = 0;
  let rows = 0;
  let done = 0;
  let learningRate = optimizer.scalars.learningRate;
  for (const batch of batches(trainIndices, batchSize, rng.fork('shuffle', epoch))) {
    if (signal?.aborted) return null;
    const before = steps + done;
    learningRate = optimizer.scalars.learningRate * schedule.factor(schedule.unit === 'epoch' ? epoch - 1 : before);
    const result = await program.run({
      ...feeder.read(dataset.train, batch),
      ...masksOf(before + 1, batch.length),
      ...step.scalarFeeds(before + 1, { ...optimizer.scalars, learningRate }),
    });
    const loss = scalarOf(result['loss']);
    done++;
    if (!Number.isFinite(loss)) throw diverged('training loss', loss, epoch, before + 1, learningRate);
    lossSum += loss * batch.length;
    rows += batch.length;
    const time = now();
    if (onProgress && time - reported >= PROGRESS_INTERVAL_MS) {
      reported = time;
      const samplesPerSecond = perSecond(rows, time - began);
      onProgress({ epoch, epochs, step: done, steps: stepsOfEpoch, loss: lossSum / rows, samplesPerSecond });
    }
  }
  return { loss: lossSum / rows, rows, steps: steps + done, learningRate };
}

/** The masks of a step for so many rows, in arrays that are reused. */
function createMasks(masks: readonly TracedMask[], rng: Rng) {
  const arrays = new Map<string, Float32Array>();
  return (step: number, rows: number): Record<string, Float32Array> => {
    const feeds: Record<string, Float32Array> = {};
    for (const { name, shape, keep } of masks) {
      const length = shape.reduce<number>((size, dim) => size * resolveDim(dim, { B: rows }), 1);
      let array = arrays.get(name);
      if (array === undefined || array.length < length) {
        array = new Float32Array(length);
        arrays.set(name, array);
      }
      const view = array.subarray(0, length);
      fillMask(view, keep, rng.fork('mask', name, step));
      feeds[name] = view;
    }
    return feeds;
  };
}

function diverged(what: string, loss: number, epoch: number, step: number, learningRate: number): TuneError {
  const advice =
    step === 1
      ? 'Nothing has been learned yet, so look at the data: values that are NaN or far from 0, or a model without normalised inputs.'
      : `Try a learning rate below ${learningRate}, a warm-up, or batch norm.`;
  return new TuneError(
    'diverged',
    `Training diverged: the ${what} is ${loss} in epoch ${epoch}, step ${step}. ${advice}`,
    {
      epoch,
      step,
      loss,
      learningRate,
    },
  );
}

function valueOf(values: Readonly<Record<string, number>>, name: string): number {
  const value = values[name];
  if (value === undefined) throw new Error(`internal: no metric ${name}`);
  return value;
}

const perSecond = (count: number, elapsedMs: number): number => (elapsedMs > 0 ? (count * 1000) / elapsedMs : 0);
