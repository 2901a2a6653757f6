/**
 * What a callback may see and change while a model is trained. Anything a schedule or a search changes is an input of the compiled step, so a
 * change takes effect at the next step and compiles nothing. Changes are part of the saved state: a resumed run goes on with them.
 */
import { didYouMean, type Json, TuneError } from '#math';
import type { Scalars } from '#optim';
import type { EpochReport } from './report.ts';

export interface Control {
  /** 1-based, the one that is running. */
  readonly epoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** The numbers of the next step, before schedules: `learningRate`, `weightDecay`, `momentum`, `clipNorm` … */
  readonly scalars: Scalars;
  /** Changes one of `scalars` from the next step on. One that the optimizer was made without (momentum 0) does not exist. */
  readonly set: (name: string, value: number) => void;
  /** Ends the fit after this step; what is best so far is given back. */
  readonly stop: () => void;
}

export interface StepReport {
  readonly epoch: number;
  /** Optimizer steps done since the start of the fit. */
  readonly step: number;
  /** Of the batch, just before the step. */
  readonly loss: number;
  readonly learningRate: number;
  readonly batchSize: number;
  /** ‖g‖ before clipping; with `logGradientNorm` only. */
  readonly gradientNorm?: number;
  /** On validation, after steps that `evaluateEvery` divides. */
  readonly evaluation?: { readonly loss: number; readonly metrics: Readonly<Record<string, number>> };
}

export interface Callback {
  /** Distinct among the callbacks of a fit: its state is kept under it. */
  readonly name: string;
  /** Before every step. */
  readonly beforeStep?: (control: Control) => void;
  readonly onStep?: (report: StepReport, control: Control) => void;
  /** After validation. */
  readonly onEpoch?: (report: EpochReport, control: Control) => void;
  /** What it must remember for an exact resume, as JSON; given back to `restore`. */
  readonly state?: () => Json;
  readonly restore?: (state: Json) => void;
}

/** @internal Numbers changed by callbacks, over those of the configuration. */
export interface Dials {
  readonly current: () => Scalars & { readonly learningRate: number };
  readonly changed: () => Scalars;
  readonly set: (name: string, value: number) => void;
}

/** @internal */
export function createDials(initial: Scalars & { readonly learningRate: number }, changed: Scalars = {}): Dials {
  let changes = changed;
  return {
    current: () => ({ ...initial, ...changes }),
    changed: () => changes,
    set(name, value) {
      if (!(name in initial)) {
        const known = Object.keys(initial);
        throw new TuneError(
          'train',
          `callback: there is no number "${name}" to set${didYouMean(name, known)} The step has ${known.join(', ')}.`,
          {
            name,
          },
        );
      }
      if (!Number.isFinite(value))
        throw new TuneError('train', `callback: ${name} must be a finite number; got ${value}.`);
      changes = { ...changes, [name]: value };
    },
  };
}

/** @internal Refuses two callbacks of one name, whose states would be mixed up. */
export function checkCallbacks(callbacks: readonly Callback[]): void {
  const names = callbacks.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new TuneError('train', `fit: two callbacks are called "${twice}"; give them names of their own.`);
}
