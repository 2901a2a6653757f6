/**
 * An experiment with its data, ready to train trials: what a worker holds from its first trial to its last.
 * The same for every worker: the validation rows and each trial's random streams come from the study's seed alone.
 */
import { addTestMetrics, inferenceGraph, saveBundle } from '#bundle';
import type { Params, Values } from '#core';
import { dataDirs, loadDataset, trainValidation, type Dataset, type DownloadProgress, type Encoder } from '#data';
import { requireDevice } from '#engine';
import { createRng, isTuneError, TuneError } from '#math';
import {
  checkFit,
  checkMemory,
  evaluate,
  fit,
  metricNames,
  type EpochReport,
  type FitOptions,
  type FitResult,
  type FitState,
  type Progress,
  type TrainConfig,
} from '#train';
import manifest from '../../package.json' with { type: 'json' };
import { loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import type { DatasetSource, Experiment } from './experiment.ts';
import { chartFiles } from './chart-files.ts';
import type { EpochDecision, Trained, TrialJob } from './protocol.ts';
import { loadWeights, removeWeights, saveWeights } from './weights-file.ts';

export interface TrainerOptions {
  readonly experiment: Experiment;
  readonly dataDir: string | null;
  readonly seed: number;
  /** Epochs of every trial, whatever `train` says. */
  readonly epochs: number | null;
  /** Bytes that this process may hold. */
  readonly memoryLimit?: number | null;
  readonly onDownload: (progress: DownloadProgress) => void;
}

export interface TrainerListeners {
  readonly onProgress: (progress: Progress) => void;
  readonly onEpoch: (report: EpochReport) => Promise<EpochDecision>;
}

/** What a trial came to, unless it was paused. */
export type TrainOutcome = Omit<Trained, 'type' | 'seconds'>;

export interface Trainer {
  /** Throws what a trial with these params would be refused for, before anything is trained. */
  check(params: Params): void;
  /** Trains the trial, from its checkpoint if it has one, and saves its bundle. */
  train(job: TrialJob, listeners: TrainerListeners): Promise<TrainOutcome | 'paused'>;
  /** Metrics of a trained trial on the test rows, the loss included; they are added to its bundle. */
  test(job: TrialJob): Promise<Values>;
}

export async function createTrainer({
  experiment,
  dataDir,
  seed,
  epochs,
  memoryLimit = null,
  onDownload,
}: TrainerOptions): Promise<Trainer> {
  const { objectives, limits, validationSplit, device } = experiment;
  await requireDevice(device);
  const dataset = await open(experiment.dataset, dataDir, onDownload);
  const { task } = dataset;
  if (task.kind === 'sequence') {
    throw new TuneError(
      'experiment',
      `experiment: dataset: ${dataset.name} has sequences as targets, whose models cannot be saved as bundles yet: train them with fit of attune/train.`,
    );
  }
  const known = metricNames(task);
  const names = objectives.map(({ name }) => ['objective', name] as const);
  for (const [key, name] of [...names, ...Object.keys(limits).map((metric) => ['limits', metric] as const)]) {
    if (!known.includes(name)) {
      throw new TuneError(
        'experiment',
        `experiment: ${key}: "${name}" is no metric of ${dataset.name}; use one of ${known.join(', ')}.`,
        { metric: name },
      );
    }
  }
  const rows = trainValidation(dataset, { fraction: validationSplit, rng: createRng(seed).fork('validation') });
  const encoder = dataset.fit(rows.train);

  const fitOptions = (params: Params, until: number | null = null) => ({
    model: experiment.model(params, dataset),
    dataset,
    encoder,
    trainIndices: rows.train,
    validationIndices: rows.validation,
    config: configOf(experiment, params, until ?? epochs),
    device,
  });

  const trainer: Trainer = {
    check(params) {
      const options = fitOptions(params);
      checkFit(options);
      if (memoryLimit !== null) checkMemory(options, memoryLimit, process.memoryUsage.rss());
    },
    async train(job, { onProgress, onEpoch }) {
      const options = fitOptions(job.params, job.until);
      if (memoryLimit !== null) checkMemory(options, memoryLimit, process.memoryUsage.rss());
      const saved = (await loadCheckpoint(job.checkpoint)) ?? (await inherited(job));
      // The run may have died between a checkpoint and the report of its epoch.
      for (const report of saved?.history.filter(({ epoch }) => epoch > job.reported) ?? []) {
        const decision = await onEpoch(report);
        if (decision !== 'continue') return decision === 'pause' ? 'paused' : stoppedAt(saved as FitState); // it has a history
      }
      let paused = false;
      const result = await goOn(job, {
        ...options,
        seed: job.seed,
        threads: 1,
        onProgress,
        ...(saved && { resumeFrom: saved }),
        async onEpoch(report, capture) {
          await keepCheckpoint(job, capture());
          // Without its checkpoint a trial is trained from its start again; the study has heard of these epochs.
          if (report.epoch <= job.reported) return 'continue';
          const decision = await onEpoch(report);
          paused = decision === 'pause';
          return decision === 'continue' ? 'continue' : 'stop';
        },
      });
      if (paused) return 'paused';
      if (result.stopReason !== 'pruned' && result.stopReason !== 'aborted') {
        await saveWeights(job.bundle, result.weights);
        await save(job, options, result);
      }
      return outcomeOf(result);
    },
    async test(job) {
      if (dataset.test === null) return {};
      // Without its weights (another --out, a folder that was cleaned) the trial is trained again: the same seed gives the same weights.
      const options = fitOptions(job.params, job.until);
      const weights = (await loadWeights(job.bundle)) ?? (await trainAgain(job, options));
      const { model, config } = options;
      const { loss } = config;
      const { loss: value, metrics } = await evaluate({
        model,
        weights,
        dataset,
        encoder,
        device,
        split: dataset.test,
        ...(loss && { loss }),
      });
      const values = { loss: value, ...metrics };
      await addTestMetrics(job.bundle, values);
      await removeWeights(job.bundle);
      return values;
    },
  };
  return trainer;
}

/** What a stage goes on from: another trial's end; null if it begins untrained. */
async function inherited({ number, from }: TrialJob): Promise<FitState | null> {
  if (from === null) return null;
  const state = await loadCheckpoint(from.checkpoint);
  if (state !== null) return state;
  const { path } = from.checkpoint;
  throw new TuneError(
    'checkpointMissing',
    `Trial ${number} goes on from trial ${from.number}, whose checkpoint ${path} is gone.`,
    { path },
  );
}

/** A stage whose params are not those of the network it goes on with says which to leave alone. */
async function goOn({ number, from }: TrialJob, options: FitOptions): Promise<FitResult> {
  try {
    return await fit(options);
  } catch (error) {
    if (from === null || !isTuneError(error) || error.code !== 'stateMismatch') throw error;
    throw new TuneError(
      error.code,
      `Trial ${number} cannot go on from trial ${from.number}: ${error.message} A parameter that changes the network cannot change between stages: leave it out of explore.`,
      error.facts,
    );
  }
}

async function trainAgain(job: TrialJob, options: Trainable): Promise<FitResult['weights']> {
  const resumeFrom = await inherited(job);
  const result = await goOn(job, { ...options, seed: job.seed, threads: 1, ...(resumeFrom && { resumeFrom }) });
  await save(job, options, result);
  return result.weights;
}

/** A checkpoint that cannot be written (a full disk) is one the less, not the end of the trial. */
async function keepCheckpoint({ checkpoint }: TrialJob, state: FitState): Promise<void> {
  try {
    await saveCheckpoint(checkpoint, state);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`No checkpoint of epoch ${state.epoch}: ${reason}\n`);
  }
}

const outcomeOf = ({ values, history, bestEpoch, stopReason }: FitResult): TrainOutcome => ({
  values,
  epochs: history.length,
  bestEpoch,
  stopReason,
});

/** What `fit` would have answered if it had been stopped after this epoch. */
const stoppedAt = ({ best, history }: FitState): TrainOutcome => ({
  values: best?.values ?? {},
  epochs: history.length,
  bestEpoch: best?.epoch ?? history.length,
  stopReason: 'pruned',
});

async function open(
  source: DatasetSource,
  dataDir: string | null,
  onProgress: TrainerOptions['onDownload'],
): Promise<Dataset> {
  if (typeof source === 'function') return source();
  if (typeof source !== 'string' && 'fit' in source) return source;
  return loadDataset(source, { dataDirs: dataDirs(dataDir ?? undefined), onProgress });
}

function configOf(experiment: Experiment, params: Params, epochs: number | null): TrainConfig {
  const plan: unknown = experiment.train(params);
  if (typeof plan !== 'object' || plan === null || !('optimizer' in plan) || !('batchSize' in plan)) {
    throw new TuneError('experiment', 'experiment: train must return { optimizer, batchSize, epochs }.');
  }
  const planned = epochs ?? experiment.train(params).epochs ?? experiment.epochs;
  if (planned === null) {
    throw new TuneError('experiment', 'experiment: neither train nor the experiment says how many epochs to train.');
  }
  return { ...experiment.train(params), epochs: planned };
}

interface Trainable {
  readonly model: Parameters<typeof inferenceGraph>[0]['model'];
  readonly dataset: Dataset;
  readonly encoder: Encoder;
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  readonly config: TrainConfig;
}

async function save(job: TrialJob, { model, dataset, encoder, config }: Trainable, result: FitResult): Promise<void> {
  const { weights, values } = result;
  const { task, inputShape } = dataset;
  const { targetScale, preprocessing } = encoder;
  if (task.kind === 'sequence' || preprocessing.kind === 'pair')
    throw new Error('internal: a bundle of a model of sequences');
  const { loss } = config;
  const content = {
    onnx: inferenceGraph({ model, weights, inputShape, task, targetScale, ...(loss && { loss }) }),
    task,
    inputShape,
    preprocessing,
    metrics: { validation: values },
    provenance: {
      attune: manifest.version,
      dataset: dataset.name,
      study: job.study,
      trial: job.number,
      params: job.params,
      seed: job.seed,
      createdAt: new Date().toISOString(),
    },
  };
  await saveBundle(job.bundle, content, chartFiles(task, result));
}

/**
 * Tries params against the data. A model or batch size that contradicts the data is refused wherever it occurs, since the definition can be mended;
 * other errors (user code that throws for some params) are refused only if every one of `params` has one, and else are data: failed trials.
 */
export function checkAll(trainer: Trainer, params: readonly Params[]): void {
  let failures = 0;
  let first: unknown;
  for (const one of params) {
    try {
      trainer.check(one);
    } catch (error) {
      if (isTuneError(error) && ['modelOutput', 'batchSize'].includes(error.code)) throw error;
      if (failures++ === 0) first = error;
    }
  }
  if (failures > 0 && failures === params.length) throw first;
}
