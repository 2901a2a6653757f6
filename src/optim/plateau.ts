/**
 * Lowers the learning rate when validation stalls: PyTorch's ReduceLROnPlateau with a relative threshold.
 * An epoch improves if it beats the best one by more than `threshold` of it. After more than `patience` epochs in a row without improvement
 * the factor is multiplied, never below `least`, and `cooldown` epochs are not counted.
 * Not a function of time but of what was measured: its state is a plain value, saved with the run. It multiplies whatever schedule there is.
 */
import { isPositive, requireOption } from './options.ts';

export interface ReduceOnPlateauOptions {
  /** In (0, 1). */
  readonly factor?: number;
  /** Epochs without improvement that are waited for. */
  readonly patience?: number;
  /** What an epoch must win by, relative to the best. */
  readonly threshold?: number;
  readonly cooldown?: number;
  /** The smallest factor. */
  readonly least?: number;
  /** Name of a validation metric; the validation loss if not given. */
  readonly monitor?: string;
}

export type PlateauRule = Required<Omit<ReduceOnPlateauOptions, 'monitor'>> &
  Pick<ReduceOnPlateauOptions, 'monitor'> & { readonly kind: 'reduceOnPlateau' };

export interface PlateauState {
  /** Multiplies the learning rate. */
  readonly factor: number;
  readonly best: number | null;
  /** Epochs without improvement. */
  readonly wait: number;
  /** Epochs still not counted. */
  readonly cooling: number;
}

export function reduceOnPlateau({
  factor = 0.1,
  patience = 10,
  threshold = 1e-4,
  cooldown = 0,
  least = 0,
  monitor,
}: ReduceOnPlateauOptions = {}): PlateauRule {
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
  requireOption(isPositive(factor) && factor < 1, 'reduceOnPlateau', 'factor', 'a number in (0, 1)', factor);
  requireOption(whole(patience), 'reduceOnPlateau', 'patience', 'an integer >= 0', patience);
  requireOption(threshold >= 0 && threshold < 1, 'reduceOnPlateau', 'threshold', 'a number in [0, 1)', threshold);
  requireOption(whole(cooldown), 'reduceOnPlateau', 'cooldown', 'an integer >= 0', cooldown);
  requireOption(least >= 0 && least < 1, 'reduceOnPlateau', 'least', 'a number in [0, 1)', least);
  const rule = { kind: 'reduceOnPlateau', factor, patience, threshold, cooldown, least } as const;
  return monitor === undefined ? rule : { ...rule, monitor };
}

export const startOfPlateau: PlateauState = { factor: 1, best: null, wait: 0, cooling: 0 };

/** The state after an epoch whose monitored validation value was `value`. NaN is no improvement. */
export function nextPlateau(rule: PlateauRule, state: PlateauState, value: number, maximize: boolean): PlateauState {
  const { best } = state;
  const margin = rule.threshold * Math.abs(best ?? 0);
  const improved = best === null ? !Number.isNaN(value) : maximize ? value > best + margin : value < best - margin;
  const cooling = Math.max(0, state.cooling - 1);
  const wait = improved || state.cooling > 0 ? 0 : state.wait + 1;
  const marked = { factor: state.factor, best: improved ? value : best, wait, cooling };
  if (wait <= rule.patience) return marked;
  return { ...marked, factor: Math.max(rule.least, state.factor * rule.factor), wait: 0, cooling: rule.cooldown };
}
