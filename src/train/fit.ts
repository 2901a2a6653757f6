/**
 * Trains a model: epochs of batches through one compiled step, validation after each, until the epochs are done, patience runs out, or the
 * caller says so. The weights of the best epoch are given back.
 *
 * On the processor the same seed, machine and number of threads give bit-identical weights, also if the run was captured after any step and resumed. The order of rows
 * comes from the stream `shuffle` of the epoch; step-program.ts names the others. The learning rate of a step is
 * `learningRate · schedule.factor(t) · plateau`, t the 0-based epoch or step.
 * Batch size and every number of the optimizer are inputs of the step, so no change of them compiles anything.
 */
import { batches, type Dataset, type Encoder } from '#data';
import type { Device } from '#engine';
import { type Json, TuneError } from '#math';
import type { Layer } from '#nn';
import { constant, nextPlateau, type PlateauState, startOfPlateau } from '#optim';
import { badSample } from './bad-sample.ts';
import { addToMean, type KeptCheckpoint, keepBest, type RunningMean } from './averaging.ts';
import { type BatchSizeState, nextBatchSize, startOfRule } from './batch-size-rule.ts';
import { type Control, createDials, type Dials, type StepReport } from './callbacks.ts';
import type { TrainConfig } from './config.ts';
import { outOfPatience, unwatched, type Watch, watchEpoch } from './early-stopping.ts';
import { EVALUATION_BATCH_SIZE } from './evaluate.ts';
import { type Confusion, isMaximized } from './metrics.ts';
import type { EpochReport, Progress, StepEvaluation } from './report.ts';
import { rowsOfEpoch } from './sampling.ts';
import { type BestEpoch, type FitState, type PartOfEpoch, restoreVariables } from './state.ts';
import { createStepProgram, type StepProgram } from './step-program.ts';

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
  /** Where it is trained; default 'cpu', the only one whose weights are the same to the bit from run to run. */
  readonly device?: Device;
  /** Rows validated at a time. */
  readonly evaluationBatchSize?: number;
  /** Called after every epoch; `capture` gives the state to resume from. */
  readonly onEpoch?: (report: EpochReport, capture: () => FitState) => Decision | Promise<Decision>;
  /** Called after every step but the last of an epoch's, which `onEpoch` follows; `capture` gives the state to resume from, also within an epoch. */
  readonly onStep?: (report: StepReport, capture: () => FitState) => Decision | Promise<Decision>;
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
  /** 'callback': one of the configuration's callbacks ended it. */
  readonly stopReason: 'epochs' | 'earlyStopping' | 'pruned' | 'aborted' | 'callback';
  /** The best epochs, best first, if `keepBest` says how many. */
  readonly kept: readonly KeptCheckpoint[];
  /** Of `evaluateEvery`. */
  readonly evaluations: readonly StepEvaluation[];
}

const PROGRESS_INTERVAL_MS = 200;

export async function fit(given: FitOptions): Promise<FitResult> {
  const options = { ...given, encoder: given.encoder ?? given.dataset.fit(given.trainIndices) };
  const { threads = 1, device = 'cpu', evaluationBatchSize = EVALUATION_BATCH_SIZE, resumeFrom, seed } = options;
  const program = await createStepProgram({ ...options, session: { threads, device }, evaluationBatchSize });
  try {
    if (resumeFrom) restoreVariables(program.variables, resumeFrom, seed);
    return await runEpochs(options, program);
  } finally {
    await program.release();
  }
}

/** What changes from step to step beside the variables. */
interface Running {
  epoch: number;
  /** Optimizer steps done. */
  step: number;
  part: PartOfEpoch | null;
  watch: Watch;
  best: BestEpoch | null;
  size: BatchSizeState;
  plateau: PlateauState;
  mean: RunningMean | null;
  kept: readonly KeptCheckpoint[];
  readonly history: EpochReport[];
  readonly evaluations: StepEvaluation[];
  readonly dials: Dials;
  stopped: boolean;
}

function start({ config, resumeFrom }: FitOptions, { scalars }: StepProgram): Running {
  const techniques = resumeFrom?.techniques;
  for (const { name, restore } of config.callbacks ?? []) {
    const state = techniques?.callbacks[name];
    if (state !== undefined) restore?.(state);
  }
  return {
    epoch: resumeFrom?.epoch ?? 0,
    step: resumeFrom?.step ?? 0,
    part: techniques?.part ?? null,
    watch: resumeFrom?.watch ?? unwatched,
    best: resumeFrom?.best ?? null,
    size:
      typeof config.batchSize === 'number'
        ? { batchSize: config.batchSize, best: null }
        : (resumeFrom?.batchSize ?? startOfRule(config.batchSize)),
    plateau: techniques?.plateau ?? startOfPlateau,
    mean: techniques?.mean ?? null,
    kept: techniques?.kept ?? [],
    history: [...(resumeFrom?.history ?? [])],
    evaluations: [...(techniques?.evaluations ?? [])],
    dials: createDials(scalars, techniques?.changed),
    stopped: false,
  };
}

const captureOf =
  ({ seed, config }: FitOptions, { variables }: StepProgram, running: Running) =>
  (): FitState => {
    const states = (config.callbacks ?? []).flatMap(({ name, state }): [string, Json][] =>
      state === undefined ? [] : [[name, state()]],
    );
    const { epoch, step, watch, size, best, history, evaluations, part, plateau, mean, kept, dials } = running;
    return {
      seed,
      epoch,
      step,
      variables: variables.snapshot(),
      watch,
      batchSize: size,
      best,
      history: [...history],
      techniques: {
        part,
        plateau,
        mean,
        kept,
        changed: dials.changed(),
        evaluations: [...evaluations],
        callbacks: Object.fromEntries(states),
      },
    };
  };

/** With the encoder of the fit. */
type Options = FitOptions & { readonly encoder: Encoder };

async function runEpochs(options: Options, program: StepProgram): Promise<FitResult> {
  const { config, onEpoch, signal } = options;
  const { now = () => performance.now() } = options;
  const { epochs, earlyStopping, restoreBest = true, plateau, averageFrom } = config;
  const rule = typeof config.batchSize === 'number' ? null : config.batchSize;
  const monitor = earlyStopping?.monitor ?? 'loss';
  const running = start(options, program);
  const capture = captureOf(options, program, running);
  let stopReason: FitResult['stopReason'] = 'epochs';
  const patient = (): boolean => !earlyStopping || !outOfPatience(running.watch, earlyStopping.patience);

  while (running.epoch < epochs) {
    if (!patient()) {
      stopReason = 'earlyStopping';
      break;
    }
    const epoch = running.epoch + 1;
    const began = now();
    const trained = await trainEpoch(options, program, running, { epoch, now, capture });
    if (typeof trained === 'string') {
      stopReason = trained;
      break;
    }
    const trainedBy = now();
    if (averageFrom !== undefined && epoch >= averageFrom) {
      const { variables, weightNames } = program;
      running.mean = addToMean(running.mean, new Map(weightNames.map((name) => [name, variables.get(name)])));
    }
    const evaluation = await program.validate(running.mean);
    if (evaluation && !Number.isFinite(evaluation.loss)) {
      throw (
        badSample(options.dataset, options.encoder, options.validationIndices) ??
        diverged('validation loss', evaluation.loss, epoch, running.step, trained.learningRate)
      );
    }
    const values = evaluation ? { loss: evaluation.loss, ...evaluation.metrics } : {};
    const report: EpochReport = {
      epoch,
      trainLoss: trained.loss,
      loss: evaluation?.loss ?? NaN,
      metrics: evaluation?.metrics ?? {},
      learningRate: trained.learningRate,
      batchSize: running.size.batchSize,
      seconds: (now() - began) / 1000,
      samplesPerSecond: perSecond(trained.rows, trainedBy - began),
      ...(config.logGradientNorm && { gradientNorm: trained.gradientNorm }),
    };
    running.history.push(report);
    running.epoch = epoch;
    running.part = null;

    if (evaluation) {
      const value = valueOf(values, monitor);
      running.watch = watchEpoch(running.watch, epoch, value, isMaximized(monitor), earlyStopping?.minDelta);
      if (running.watch.bestEpoch === epoch || !restoreBest) {
        running.best = { epoch, values, confusion: evaluation.confusion, weights: program.validated() };
      }
      const candidate = { epoch, value, weights: program.validated };
      if (config.keepBest) running.kept = keepBest(running.kept, candidate, config.keepBest, isMaximized(monitor));
      if (rule) {
        const watched = rule.monitor ?? monitor;
        running.size = nextBatchSize(rule, running.size, valueOf(values, watched), isMaximized(watched));
      }
      if (plateau) {
        const watched = plateau.monitor ?? 'loss';
        running.plateau = nextPlateau(plateau, running.plateau, valueOf(values, watched), isMaximized(watched));
      }
    }
    for (const callback of config.callbacks ?? []) callback.onEpoch?.(report, controlOf(running, epoch));
    if ((await onEpoch?.(report, capture)) === 'stop') {
      stopReason = 'pruned';
      break;
    }
    if (signal?.aborted || running.stopped) {
      stopReason = signal?.aborted ? 'aborted' : 'callback';
      break;
    }
  }
  const { history, best, kept, evaluations } = running;
  if (stopReason === 'epochs' && !patient()) stopReason = 'earlyStopping';
  return {
    history,
    bestEpoch: best?.epoch ?? history.length,
    values: best?.values ?? {},
    weights: best?.weights ?? (await program.weights(running.mean)),
    confusion: best?.confusion ?? null,
    stopReason,
    kept,
    evaluations,
  };
}

interface TrainedEpoch {
  readonly loss: number;
  readonly rows: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
}

const controlOf = (running: Running, epoch: number): Control => ({
  epoch,
  step: running.step,
  scalars: running.dials.current(),
  set: running.dials.set,
  stop: () => void (running.stopped = true),
});

/** One pass over the training rows, or the rest of one; a reason if it was ended. */
async function trainEpoch(
  { dataset, encoder, trainIndices, config, onProgress, onStep, signal }: Options,
  program: StepProgram,
  running: Running,
  { epoch, now, capture }: { epoch: number; now: () => number; capture: () => FitState },
): Promise<TrainedEpoch | 'aborted' | 'pruned' | 'callback'> {
  const {
    schedule = constant(),
    epochs,
    sampling = 'shuffled',
    callbacks = [],
    evaluateEvery,
    logGradientNorm,
  } = config;
  const { batchSize } = running.size;
  const { rng } = program;
  const stepsOfEpoch = Math.ceil(trainIndices.length / batchSize);
  const pool = rowsOfEpoch(sampling, trainIndices, dataset.train.targets, rng.fork('balance', epoch));
  const began = now();
  let reported = began;
  let fresh = 0; // rows since `began`
  let done = running.part ?? { batches: 0, lossSum: 0, rows: 0, normSum: 0 };
  let learningRate = running.dials.current().learningRate;
  let index = 0;
  for (const rows of batches(pool, batchSize, rng.fork('shuffle', epoch))) {
    if (index++ < done.batches) continue;
    if (signal?.aborted) return 'aborted';
    for (const callback of callbacks) callback.beforeStep?.(controlOf(running, epoch));
    const scalars = running.dials.current();
    const before = running.step;
    const factor = schedule.factor(schedule.unit === 'epoch' ? epoch - 1 : before);
    learningRate = scalars.learningRate * factor * running.plateau.factor;
    const context = { epoch, step: before + 1, scalars: { ...scalars, learningRate } };
    const { loss, gradientNorm } = await program.step(rows, context);
    if (!Number.isFinite(loss))
      throw badSample(dataset, encoder, rows) ?? diverged('training loss', loss, epoch, before + 1, learningRate);
    running.step = before + 1;
    done = {
      batches: done.batches + 1,
      lossSum: done.lossSum + loss * rows.length,
      rows: done.rows + rows.length,
      normSum: logGradientNorm ? done.normSum + gradientNorm : 0,
    };
    running.part = done;
    fresh += rows.length;
    const evaluation =
      evaluateEvery !== undefined && running.step % evaluateEvery === 0 ? await program.validate(running.mean) : null;
    if (evaluation)
      running.evaluations.push({ step: running.step, loss: evaluation.loss, metrics: evaluation.metrics });
    if (callbacks.length > 0 || onStep) {
      const report: StepReport = {
        epoch,
        step: running.step,
        loss,
        learningRate,
        batchSize: rows.length,
        ...(logGradientNorm && { gradientNorm }),
        ...(evaluation && { evaluation: { loss: evaluation.loss, metrics: evaluation.metrics } }),
      };
      for (const callback of callbacks) callback.onStep?.(report, controlOf(running, epoch));
      const isLast = done.batches === stepsOfEpoch;
      if (!isLast && (await onStep?.(report, capture)) === 'stop') return 'pruned';
      if (!isLast && running.stopped) return 'callback';
    }
    const time = now();
    if (onProgress && time - reported >= PROGRESS_INTERVAL_MS) {
      reported = time;
      const samplesPerSecond = perSecond(fresh, time - began);
      onProgress({
        epoch,
        epochs,
        step: done.batches,
        steps: stepsOfEpoch,
        loss: done.lossSum / done.rows,
        samplesPerSecond,
      });
    }
  }
  const { lossSum, rows, normSum, batches: steps } = done;
  return { loss: lossSum / rows, rows: fresh, learningRate, gradientNorm: normSum / steps };
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
