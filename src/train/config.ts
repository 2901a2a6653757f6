/**
 * How a model is trained, and the checks that can be made before anything is compiled.
 */
import { type Augmentation, type BatchMix, checkChain, type Dataset, type Encoder } from '#data';
import { didYouMean, TuneError } from '#math';
import { type Layer, type Loss, trace } from '#nn';
import type { Optimizer, PlateauRule, Schedule, StepRules } from '#optim';
import type { BatchSizeRule } from './batch-size-rule.ts';
import { type Callback, checkCallbacks } from './callbacks.ts';
import { checkEarlyStopping, type EarlyStopping } from './early-stopping.ts';
import { type Head, headFor } from './head.ts';
import type { Sampling } from './sampling.ts';

/** Of `StepRules`: `l1`, `l2`, `clipNorm`, `clipValue`, `maxNorm`, `groups`, and `averageDecay`, whose average is what is validated and saved. */
export interface TrainConfig extends StepRules {
  readonly optimizer: Optimizer;
  /** A number, or the rule that goes by validation. */
  readonly batchSize: number | BatchSizeRule;
  readonly epochs: number;
  /** Default by the task: softmax cross-entropy, binary cross-entropy for a single output, mean squared error. */
  readonly loss?: Loss;
  /** Multiplies the optimizer's learning rate. Default: constant. */
  readonly schedule?: Schedule;
  /** Multiplies the learning rate as well, by what validation showed. */
  readonly plateau?: PlateauRule;
  /** Changes of rows, then of whole batches (`mixup`, `cutMix`), each time they are fed; never in validation. */
  readonly augment?: readonly (Augmentation | BatchMix)[];
  /** Default 'shuffled'. */
  readonly sampling?: Sampling;
  /** Gradient accumulation: a batch is computed in parts of at most so many rows. Batch norm sees the parts. */
  readonly microBatchSize?: number;
  /** From this epoch on (1-based) the mean of the weights at the ends of epochs is validated and saved (SWA). */
  readonly averageFrom?: number;
  /** So many best epochs' weights are kept and given back. */
  readonly keepBest?: number;
  /** Validates after every so many steps, too; early stopping and the best weights go by epochs. */
  readonly evaluateEvery?: number;
  readonly logGradientNorm?: boolean;
  readonly callbacks?: readonly Callback[];
  readonly earlyStopping?: EarlyStopping;
  /** False keeps the weights of the last epoch instead of the best one. */
  readonly restoreBest?: boolean;
}

const KEYS = Object.keys({
  ...{
    optimizer: 0,
    batchSize: 0,
    epochs: 0,
    loss: 0,
    schedule: 0,
    plateau: 0,
    augment: 0,
    sampling: 0,
    microBatchSize: 0,
  },
  ...{
    averageFrom: 0,
    keepBest: 0,
    evaluateEvery: 0,
    logGradientNorm: 0,
    callbacks: 0,
    earlyStopping: 0,
    restoreBest: 0,
  },
  ...{ groups: 0, averageDecay: 0, l1: 0, l2: 0, clipNorm: 0, clipValue: 0, maxNorm: 0 },
} satisfies Record<keyof TrainConfig, 0>);

/** The part of a fit's options that the checks need. */
export interface CheckedOptions {
  readonly model: Layer;
  readonly dataset: Dataset;
  /** Learned from the training rows; made by `dataset.fit` if not given. */
  readonly encoder?: Encoder;
  readonly trainIndices: Int32Array;
  /** Empty: no validation, hence no best epoch, early stopping or batch-size rule. */
  readonly validationIndices: Int32Array;
  readonly config: TrainConfig;
}

/** Throws what `fit` would throw before its first step: a model that does not fit the data, a batch larger than it, a bad number. */
export function checkFit(options: CheckedOptions): void {
  const { model, dataset, encoder, config } = options;
  const head = headFor(
    dataset,
    trace(model, dataset.inputShape, { training: true }).output.shape,
    encoder ?? null,
    config.loss,
  );
  checkConfig(options, head);
}

/** @internal */
export function checkConfig(
  { dataset, trainIndices, validationIndices, config }: CheckedOptions,
  { metricNames }: Head,
): void {
  const unknown = Object.keys(config).find((key) => !KEYS.includes(key));
  if (unknown !== undefined)
    throw new TuneError('train', `fit: there is no option "${unknown}": ${didYouMean(unknown, KEYS)}`, {
      option: unknown,
    });
  const { batchSize, epochs, earlyStopping } = config;
  const rows = trainIndices.length;
  const rule = typeof batchSize === 'number' ? null : batchSize;
  const largest = typeof batchSize === 'number' ? batchSize : batchSize.max;
  requireCount('batchSize', largest);
  requireCount('epochs', epochs);
  if (rows === 0) throw new TuneError('train', `fit: ${dataset.name} has no training rows.`);
  if (largest > rows) {
    const what = rule ? `The batch-size rule may reach ${largest}` : `The batch size ${largest}`;
    throw new TuneError(
      'batchSize',
      `${what}${rule ? ', which' : ''} is larger than the ${rows} training rows of ${dataset.name}: take at most ${rows}.`,
      { batchSize: largest, rows },
    );
  }
  if (earlyStopping) checkEarlyStopping(earlyStopping);
  const { microBatchSize, averageFrom, keepBest, evaluateEvery } = config;
  for (const [name, value] of Object.entries({ microBatchSize, averageFrom, keepBest, evaluateEvery })) {
    if (value !== undefined) requireCount(name, value);
  }
  if (averageFrom !== undefined && config.averageDecay !== undefined) {
    throw new TuneError('train', 'fit: averageFrom and averageDecay are two ways to average weights: take one.');
  }
  if (config.sampling === 'balanced' && dataset.task.kind !== 'classification') {
    const has = { regression: 'numbers', segmentation: 'masks', sequence: 'sequences' }[dataset.task.kind];
    throw new TuneError('train', `fit: balanced sampling needs classes, but ${dataset.name} has ${has} as targets.`);
  }
  checkCallbacks(config.callbacks ?? []);
  checkAugmentation(dataset, config.augment ?? []);
  const counted = { keepBest, evaluateEvery };
  const watchers = { earlyStopping, 'the batch-size rule': rule, 'the plateau rule': config.plateau };
  for (const [name, value] of Object.entries(counted)) {
    if (value !== undefined && validationIndices.length === 0) {
      throw new TuneError('train', `fit: ${name} goes by validation, but there are no validation rows.`);
    }
  }
  for (const [name, watcher] of Object.entries(watchers)) {
    if (!watcher) continue;
    if (validationIndices.length === 0) {
      throw new TuneError('train', `fit: ${name} goes by validation, but there are no validation rows.`);
    }
    if (watcher.monitor !== undefined && !metricNames.includes(watcher.monitor)) {
      throw new TuneError(
        'train',
        `fit: ${name} watches "${watcher.monitor}", which is no metric here: use one of ${metricNames.join(', ')}.`,
        { monitor: watcher.monitor },
      );
    }
  }
}

/** @internal Rows of the largest batch. */
export const largestBatch = ({ batchSize }: TrainConfig): number =>
  typeof batchSize === 'number' ? batchSize : batchSize.max;

/** Refuses changes of what the rows are not. */
function checkAugmentation(
  { inputShape, task, vocabulary }: Dataset,
  augment: readonly (Augmentation | BatchMix)[],
): void {
  const chain = augment.flatMap((one) => (one.of === 'batches' ? [] : [one]));
  checkChain(chain, inputShape, vocabulary !== undefined);
  if (vocabulary !== undefined && augment.length > chain.length) {
    throw new TuneError('augment', 'augment: mixes of rows need numbers, but this data set has the numbers of words.');
  }
  if (task.kind === 'segmentation' && augment.some(({ of }) => of === 'batches')) {
    throw new TuneError('augment', 'augment: mixup and cutMix mix labels, but the targets are masks.');
  }
  if (inputShape.length !== 3 && augment.some(({ kind }) => kind === 'cutMix')) {
    throw new TuneError(
      'augment',
      `augment: cutMix changes images, but a row has the shape [${inputShape.join(', ')}].`,
    );
  }
}

function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new TuneError('train', `fit: ${name} must be a whole number >= 1; got ${value}.`, { [name]: value });
}
