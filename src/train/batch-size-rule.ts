/**
 * The batch size as validation goes: larger when it stalls, smaller while it improves.
 * The rule starts at 32; a training epoch without improvement on validation raises it to 64, one with improvement lowers it
 * to 16. Made precise: after every epoch b ← max(min, b / factor) if validation improved, else b ← min(max, b · factor).
 * "Improved" means better than the best epoch so far by more than `minDelta`; the first epoch has nothing to be better
 * than, so it only sets the mark. The defaults (start 32, factor 2, bounds 16 and 64) are the rule as stated.
 * The training graph has a symbolic batch dimension: changing the size compiles nothing.
 */
import { TuneError } from '#math';
import { improves } from './early-stopping.ts';

export interface BatchSizeRule {
  readonly kind: 'batchSizeRule';
  readonly start: number;
  readonly factor: number;
  readonly min: number;
  readonly max: number;
  /** Name of a validation metric; what early stopping watches if not given. */
  readonly monitor?: string;
  readonly minDelta: number;
}

/** Makes the rule; `min` and `max` bound the size. */
export function batchSizeRule({
  start = 32,
  factor = 2,
  min = 16,
  max = 64,
  minDelta = 0,
  monitor,
}: Partial<Omit<BatchSizeRule, 'kind'>> = {}): BatchSizeRule {
  const whole = (name: string, value: number, low: number): void => {
    if (!(Number.isInteger(value) && value >= low)) {
      throw new TuneError('train', `batchSizeRule: ${name} must be a whole number >= ${low}; got ${value}.`);
    }
  };
  whole('start', start, 1);
  whole('factor', factor, 2);
  whole('min', min, 1);
  whole('max', max, 1);
  if (!(min <= start && start <= max)) {
    throw new TuneError(
      'train',
      `batchSizeRule: start must lie between min and max; got start ${start}, min ${min}, max ${max}.`,
    );
  }
  if (!(minDelta >= 0 && minDelta < Infinity)) {
    throw new TuneError('train', `batchSizeRule: minDelta must be a finite number >= 0; got ${minDelta}.`);
  }
  return { kind: 'batchSizeRule', start, factor, min, max, minDelta, ...(monitor === undefined ? {} : { monitor }) };
}

/** Where the rule stands: the size of the next epoch, and the best value seen. */
export interface BatchSizeState {
  readonly batchSize: number;
  readonly best: number | null;
}

export const startOfRule = (rule: BatchSizeRule): BatchSizeState => ({ batchSize: rule.start, best: null });

/** The state after an epoch whose monitored validation value was `value`. NaN is no improvement. */
export function nextBatchSize(
  { factor, min, max, minDelta }: BatchSizeRule,
  { batchSize, best }: BatchSizeState,
  value: number,
  maximize: boolean,
): BatchSizeState {
  if (best === null) return { batchSize, best: Number.isNaN(value) ? null : value };
  return improves(value, best, maximize, minDelta)
    ? { batchSize: Math.max(min, Math.floor(batchSize / factor)), best: value }
    : { batchSize: Math.min(max, batchSize * factor), best };
}
