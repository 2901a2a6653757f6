/**
 * Stops a run whose validation no longer improves, and remembers its best epoch.
 * As Keras' EarlyStopping: an epoch improves if it beats the best one so far by more than `minDelta`; after `patience`
 * epochs in a row without improvement the run stops (patience 0 and 1 both stop at the first such epoch).
 * Departs from Keras: the weights of the best epoch are restored always, not on request. NaN never improves.
 * The state is a plain value, so that a run can be taken up again where it stopped.
 */
import { TuneError } from '#math';

export interface EarlyStopping {
  /** Epochs without improvement that are waited for. */
  readonly patience: number;
  /** Name of a validation metric; the validation loss if not given. */
  readonly monitor?: string;
  /** What an epoch must win by to count as improvement. */
  readonly minDelta?: number;
}

/** What has been seen so far. `best` is null before the first epoch. */
export interface Watch {
  readonly best: number | null;
  /** 1-based; 0 before the first epoch. */
  readonly bestEpoch: number;
  /** Epochs since then. */
  readonly wait: number;
}

export const unwatched: Watch = { best: null, bestEpoch: 0, wait: 0 };

/** Whether `value` beats `best` by more than `minDelta`; anything but NaN beats nothing at all. */
export function improves(value: number, best: number | null, maximize: boolean, minDelta = 0): boolean {
  if (best === null) return !Number.isNaN(value);
  return maximize ? value > best + minDelta : value < best - minDelta;
}

/** The watch after one more epoch. */
export function watchEpoch(watch: Watch, epoch: number, value: number, maximize: boolean, minDelta = 0): Watch {
  return improves(value, watch.best, maximize, minDelta)
    ? { best: value, bestEpoch: epoch, wait: 0 }
    : { ...watch, wait: watch.wait + 1 };
}

/** Whether patience has run out. */
export const outOfPatience = (watch: Watch, patience: number): boolean => watch.wait >= Math.max(1, patience);

/** @internal Refuses options that cannot be meant. */
export function checkEarlyStopping({ patience, minDelta = 0 }: EarlyStopping): void {
  if (!(Number.isInteger(patience) && patience >= 0)) {
    throw new TuneError('train', `earlyStopping: patience must be a whole number of epochs >= 0; got ${patience}.`);
  }
  if (!(minDelta >= 0 && minDelta < Infinity)) {
    throw new TuneError('train', `earlyStopping: minDelta must be a finite number >= 0; got ${minDelta}.`);
  }
}
