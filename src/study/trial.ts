/** The handle of a trial that this process runs. */
import type { Params, PruneDecision, RunningTrial, StudyDefinition, TrialRecord, Values } from '#core';
import { showAs, trialShown, type Shown } from '#display';

/** What tells one run of a trial from another; a `Trial` is one. */
export interface TrialHandle {
  readonly number: number;
  readonly attempt: number;
  readonly resumable: boolean;
}

/** What the handle needs of its study. */
interface TrialOwner {
  readonly definition: StudyDefinition;
  readonly trials: readonly TrialRecord[];
  report(trial: TrialHandle, step: number, values: Values): Promise<PruneDecision>;
  seedOf(number: number): number;
}

/** A record whose parameters have the type of the space, and no others. */
export type Typed<R extends TrialRecord, P> = R extends TrialRecord
  ? Omit<R, 'params'> & { readonly params: P }
  : never;

export class Trial<P = Params> implements TrialHandle {
  readonly number: number;
  readonly params: P;
  /** It ran before and goes on at `step + 1`: from a pause, or from the checkpoint of a lost worker. */
  readonly resumed: boolean;
  /** Last step reported before; 0 if none. */
  readonly step: number;
  /** 1, and one more for each worker that was lost. Results of an earlier attempt are refused. */
  readonly attempt: number;
  /** Whether the pruner may answer 'pause'. */
  readonly resumable: boolean;
  readonly #owner: TrialOwner;

  static {
    showAs(Trial.prototype as Trial, (trial) => trial.#shown()); // TypeScript types a prototype's parameters as any
  }

  constructor(
    owner: TrialOwner,
    { number, params, attempt, measurements }: RunningTrial,
    resumed: boolean,
    resumable: boolean,
  ) {
    this.#owner = owner;
    this.number = number;
    this.params = params as P; // parsed by the study's space, whose type P is
    this.attempt = attempt;
    this.step = measurements.at(-1)?.step ?? 0;
    this.resumed = resumed;
    this.resumable = resumable;
  }

  /** A seed of this trial's own, from (study seed, number): the same in every attempt. */
  get seed(): number {
    return this.#owner.seedOf(this.number);
  }

  #shown(): Shown {
    const record = this.#owner.trials[this.number];
    if (record === undefined) throw new Error(`internal: there is no trial ${this.number}`);
    return trialShown(record, this.#owner.definition);
  }

  /**
   * Records what was reached at `step` (strictly growing) and asks the pruner. 'stop': end now and tell what was reached.
   * 'pause': let go of the trial without telling; a later `ask` may return it.
   */
  report(step: number, values: Values): Promise<PruneDecision> {
    return this.#owner.report(this, step, values);
  }
}
