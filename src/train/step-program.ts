/**
 * What is compiled and held during a fit: the training step, the part that gathers gradients when a batch is computed in parts, validation,
 * and the arrays they are fed from. `step` makes one optimizer step of one batch.
 *
 * Streams: `init` by parameter, `augment` by epoch and row, `mix` and `mask` by step (and part).
 */
import { type Augmentation, type BatchMix, createAugmenter, type Encoder } from '#data';
import { compile, type Program, type SessionOptions, Variables } from '#engine';
import { add, input, mean, mul, resolveDim, sub, type Tensor } from '#graph';
import { createRng, type Rng, TuneError } from '#math';
import { initialValues, trace, type TracedMask } from '#nn';
import { accumulateStep, averageName, buildTrainStep, type Scalars } from '#optim';
import { meanWeights, type RunningMean } from './averaging.ts';
import { createFeeder } from './buffers.ts';
import { type CheckedOptions, checkConfig, largestBatch, type TrainConfig } from './config.ts';
import { createEvaluator, type Evaluation, scalarOf, targetInput } from './evaluate.ts';
import { headFor } from './head.ts';
import { fillMask } from './masks.ts';
import { cacheRows } from './row-cache.ts';

export interface StepContext {
  readonly epoch: number;
  /** 1-based, of the optimizer. */
  readonly step: number;
  readonly scalars: Scalars;
}

export interface StepResult {
  /** Mean over the batch, before the step. */
  readonly loss: number;
  readonly gradientNorm: number;
}

export interface StepProgram {
  readonly variables: Variables;
  /** Names of parameters and running statistics. */
  readonly weightNames: readonly string[];
  readonly scalars: Scalars & { readonly learningRate: number };
  readonly rng: Rng;
  readonly step: (rows: Int32Array, context: StepContext) => Promise<StepResult>;
  /** On the validation rows, by the weights that would be given back; null without such rows. */
  readonly validate: (mean: RunningMean | null) => Promise<Evaluation | null>;
  /** The weights that were validated last. */
  readonly validated: () => Map<string, Float32Array>;
  /** The weights that would be given back if the fit ended now. */
  readonly weights: (mean: RunningMean | null) => Promise<Map<string, Float32Array>>;
  readonly release: () => Promise<void>;
}

export interface StepProgramOptions extends CheckedOptions {
  readonly seed: number;
  readonly session: SessionOptions;
  readonly evaluationBatchSize: number;
}

/** Batches from which the running statistics of averaged weights are measured: with momentum 0.1 what was before them fades to 0.5 %. */
const STATISTICS_BATCHES = 50;

export async function createStepProgram(options: StepProgramOptions): Promise<StepProgram> {
  const { model, dataset, trainIndices, validationIndices, config, seed, session, evaluationBatchSize } = options;
  const traced = trace(model, dataset.inputShape, { training: true });
  const features = dataset.inputShape.reduce((size, n) => size * n, 1);
  const encoder = cacheRows(options.encoder ?? dataset.fit(trainIndices), dataset.train, features);
  const head = headFor(dataset, traced.output.shape, encoder, config.loss);
  checkConfig(options, head);

  const { mixes, augmenter } = augmentation(config, dataset.inputShape, encoder);
  const { optimizer, microBatchSize, logGradientNorm = false } = config;
  const perSample =
    mixes.length > 0 ? mixedLoss(traced.output, head) : head.loss.perSample(traced.output, targetInput(head));
  const whole = mean(perSample);
  const accumulates = microBatchSize !== undefined && microBatchSize < largestBatch(config);
  const loss = accumulates ? mul(whole, input('share', [])) : whole;
  const { parameters } = traced;
  const sampleLoops = (session.device ?? 'cpu') === 'cpu';
  const step = buildTrainStep({ ...config, loss, parameters, optimizer, accumulates, sampleLoops });
  const statistics = traced.buffers.flatMap(({ name, next }) => (next ? [{ name, next }] : []));

  const rng = createRng(seed);
  const variables = new Variables();
  const initial = initialValues(traced, rng.fork('init'));
  const weights = [...parameters, ...traced.buffers];
  for (const { name, shape } of weights) variables.declare(name, shape, initial.get(name) ?? new Float32Array());
  for (const { name, shape } of step.slots) {
    variables.declare(name, shape, new Float32Array(shape.reduce((size, n) => size * n, 1)));
  }
  for (const { name, shape, of } of step.averages) variables.declare(name, shape, variables.get(of));

  const outputs = { loss, ...(logGradientNorm && { norm: step.gradientNorm }) };
  const program = await compile({ outputs, updates: [...step.updates, ...statistics] }, { variables, ...session });
  const gather = accumulates
    ? await compile(
        { outputs: { loss }, updates: [...accumulateStep({ loss, parameters, sampleLoops }), ...statistics] },
        { variables, ...session },
      )
    : null;

  // Averaged weights live in variables of their own, beside the running statistics that belong to them.
  const averages = config.averageDecay !== undefined || config.averageFrom !== undefined;
  const shown = averages ? new Variables() : variables;
  if (averages) for (const { name, shape } of weights) shown.declare(name, shape, variables.get(name));
  const measuresStatistics = config.averageFrom !== undefined && statistics.length > 0;
  const measure = measuresStatistics
    ? await compile({ outputs: { loss: whole }, updates: statistics }, { variables: shown, ...session })
    : null;
  const evaluator =
    validationIndices.length === 0
      ? null
      : await createEvaluator({
          model,
          dataset,
          encoder,
          head,
          variables: shown,
          batchSize: evaluationBatchSize,
          session,
        });

  const feeder = createFeeder(dataset, encoder, head);
  const fed = new Set([program, ...(gather ? [gather] : [])].flatMap(({ inputs }) => inputs.map(({ name }) => name)));
  const masksOf = createMasks(
    traced.masks.filter(({ name }) => fed.has(name)),
    rng,
  );
  let partnerTargets = head.loss.targetDtype === 'float32' ? new Float32Array(0) : new Int32Array(0);

  const masksIn = (target: Float32Array | Int32Array): Float32Array | undefined =>
    dataset.task.kind === 'segmentation' && target instanceof Float32Array ? target : undefined;

  /** Encoded, augmented and mixed rows with their targets. */
  function feedsOf(rows: Int32Array, epoch: number, labels: readonly number[]) {
    const { input: values, target } = feeder.read(dataset.train, rows);
    augmenter?.apply(values, rows, (row) => rng.fork('augment', epoch, row), masksIn(target));
    if (mixes.length === 0) return { input: values, target };
    const stream = rng.fork('mix', ...labels);
    // One of them for each batch, by the toss of a coin.
    const mix = mixes[stream.int(0, mixes.length - 1)];
    const { partners, own } = mix?.apply(values, rows.length, dataset.inputShape, stream) ?? { partners: rows, own: 1 };
    if (partnerTargets.length < rows.length) {
      partnerTargets = target instanceof Float32Array ? new Float32Array(rows.length) : new Int32Array(rows.length);
    }
    const partner = partnerTargets.subarray(0, rows.length);
    head.readTargets(
      dataset.train,
      partners.map((k) => rows[k] ?? 0),
      partner,
    );
    return { input: values, target, partner, own };
  }

  async function show(mean: RunningMean | null): Promise<void> {
    if (!averages) return;
    for (const { name } of traced.buffers) shown.set(name, variables.get(name));
    const source = mean === null ? null : meanWeights(mean);
    for (const { name } of parameters) {
      const average = config.averageDecay === undefined ? name : averageName(name);
      shown.set(name, source?.get(name) ?? variables.get(average));
    }
    if (mean === null || measure === null) return;
    const size = Math.min(largestBatch(config), trainIndices.length);
    const order = rng.fork('statistics').shuffle(trainIndices.slice());
    for (let k = 0; k < STATISTICS_BATCHES; k++) {
      const start = (k * size) % (order.length - (order.length % size));
      const rows = order.subarray(start, start + size);
      const needed = new Set(measure.inputs.map(({ name }) => name));
      const feeds = { ...feedsOf(rows, 0, [0, k]), ...masksOf([0, k], rows.length) };
      await measure.run(Object.fromEntries(Object.entries(feeds).filter(([name]) => needed.has(name))));
    }
  }

  const validated = (): Map<string, Float32Array> => new Map(weights.map(({ name }) => [name, shown.get(name)]));

  return {
    variables,
    weightNames: weights.map(({ name }) => name),
    scalars: step.scalars,
    rng,
    async step(rows, { epoch, step: number, scalars }) {
      const most = accumulates ? microBatchSize : rows.length;
      let total = 0;
      for (let start = 0; ; start += most) {
        const part = rows.subarray(start, start + most);
        const labels = start === 0 ? [number] : [number, start / most];
        const feeds = {
          ...feedsOf(part, epoch, labels),
          ...masksOf(labels, part.length),
          ...(accumulates && { share: part.length / rows.length }),
        };
        if (gather !== null && start + most < rows.length) {
          total += scalarOf((await gather.run(feeds))['loss']);
          continue;
        }
        const result = await program.run({ ...feeds, ...step.scalarFeeds(number, scalars) });
        const gradientNorm = logGradientNorm ? scalarOf(result['norm']) : NaN;
        return { loss: total + scalarOf(result['loss']), gradientNorm };
      }
    },
    async validate(mean) {
      if (evaluator === null) return null;
      await show(mean);
      return evaluator.evaluate(dataset.train, validationIndices);
    },
    validated,
    async weights(mean) {
      await show(mean);
      return validated();
    },
    async release() {
      const programs: (Pick<Program, 'release'> | null)[] = [program, gather, measure, evaluator];
      for (const one of programs) await one?.release();
    },
  };
}

/** λ L(ŷ, y) + (1 − λ) L(ŷ, y of the partner), see mixup. */
function mixedLoss(output: Tensor, head: Parameters<typeof targetInput>[0]): Tensor {
  const own = input('own', []);
  const partner = input('partner', ['B'], head.loss.targetDtype);
  const first = mul(head.loss.perSample(output, targetInput(head)), own);
  return add(first, mul(head.loss.perSample(output, partner), sub(1, own)));
}

function augmentation({ augment = [] }: TrainConfig, shape: readonly number[], { preprocessing }: Encoder) {
  const isMix = (one: Augmentation | BatchMix): one is BatchMix => one.of === 'batches';
  const chain = augment.flatMap((one) => (isMix(one) ? [] : [one]));
  const mixes = augment.filter(isMix);
  if ((preprocessing.kind === 'text' || preprocessing.kind === 'pair') && mixes.length > 0) {
    throw new TuneError('augment', 'augment: mixes of rows need numbers, but this data set has the numbers of words.');
  }
  return {
    mixes,
    augmenter: chain.length === 0 ? null : createAugmenter(chain, shape, preprocessing),
  };
}

/** The masks of a step for so many rows, in arrays that are reused. */
function createMasks(masks: readonly TracedMask[], rng: Rng) {
  const arrays = new Map<string, Float32Array>();
  return (labels: readonly number[], rows: number): Record<string, Float32Array> => {
    const feeds: Record<string, Float32Array> = {};
    for (const { name, shape, keep } of masks) {
      const length = shape.reduce<number>((size, dim) => size * resolveDim(dim, { B: rows }), 1);
      let array = arrays.get(name);
      if (array === undefined || array.length < length) {
        array = new Float32Array(length);
        arrays.set(name, array);
      }
      const view = array.subarray(0, length);
      fillMask(view, keep, rng.fork('mask', name, ...labels));
      feeds[name] = view;
    }
    return feeds;
  };
}
