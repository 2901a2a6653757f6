/**
 * All that a fit needs to go on after any step as if it had never stopped, as plain data: it survives structuredClone.
 * No generator is saved: every random stream is named by what it is for (initial weights by parameter, the order of rows and augmentation by
 * epoch, masks and mixing by step), so seed, epoch and step tell all of them.
 */
import type { Variables } from '#engine';
import { type Json, TuneError } from '#math';
import type { PlateauState, Scalars } from '#optim';
import type { KeptCheckpoint, RunningMean } from './averaging.ts';
import type { BatchSizeState } from './batch-size-rule.ts';
import type { Watch } from './early-stopping.ts';
import type { Confusion } from './metrics.ts';
import type { EpochReport, StepEvaluation } from './report.ts';

/** The best epoch so far: what would be given back if the fit ended now. */
export interface BestEpoch {
  readonly epoch: number;
  readonly values: Readonly<Record<string, number>>;
  readonly confusion: Confusion | null;
  /** Parameters and running statistics. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** An epoch that is not over. */
export interface PartOfEpoch {
  /** Batches done. */
  readonly batches: number;
  /** Σ loss · rows, rows and Σ ‖g‖ over them. */
  readonly lossSum: number;
  readonly rows: number;
  readonly normSum: number;
}

/** The state of what not every fit uses. */
export interface TechniqueState {
  /** Null between epochs. */
  readonly part: PartOfEpoch | null;
  readonly plateau: PlateauState;
  /** Numbers that callbacks have set. */
  readonly changed: Scalars;
  /** Of `averageFrom`. */
  readonly mean: RunningMean | null;
  readonly kept: readonly KeptCheckpoint[];
  readonly evaluations: readonly StepEvaluation[];
  readonly callbacks: Readonly<Record<string, Json>>;
}

export interface FitState {
  readonly seed: number;
  /** Epochs done. */
  readonly epoch: number;
  /** Optimizer steps done. */
  readonly step: number;
  /** Parameters, running statistics and optimizer slots after the last of them. */
  readonly variables: ReadonlyMap<string, Float32Array>;
  readonly watch: Watch;
  readonly batchSize: BatchSizeState;
  readonly best: BestEpoch | null;
  readonly history: readonly EpochReport[];
  /** Always there in what `capture` gives. */
  readonly techniques?: TechniqueState;
}

/** Puts the saved values into the variables; they must be those of the same model and optimizer. */
export function restoreVariables(variables: Variables, state: FitState, seed: number): void {
  if (state.seed !== seed) {
    throw new TuneError('train', `fit: the state to resume from has seed ${state.seed}; got seed ${seed}.`);
  }
  for (const name of variables.names()) {
    const saved = state.variables.get(name);
    const size = variables.get(name).length;
    if (saved?.length !== size) {
      throw new TuneError(
        'stateMismatch',
        `fit: the state to resume from has ${saved ? `${saved.length} numbers` : 'nothing'} for "${name}" of [${variables.shape(name).join(', ')}]: ` +
          'resume with the model and optimizer it was saved with.',
        { name },
      );
    }
  }
  variables.restore(new Map([...state.variables].filter(([name]) => variables.has(name))));
}
