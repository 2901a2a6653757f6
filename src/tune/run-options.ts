/** What a run takes beside the experiment; the names of the command's flags. What is given wins over the experiment. */
import type { Study } from '#study';
import type { Budget } from './budget.ts';

export interface RunFollower {
  /** Never fails. */
  close(): Promise<void>;
}

export interface RunOptions {
  /** The experiment, relative to the working directory. */
  readonly file: string;
  /** Trials of the whole study, earlier ones included. Default: the grid's size; 20 with other samplers. */
  readonly trials?: number | undefined;
  /** Worker processes. Default: one for each core, and no more than trials are left. */
  readonly parallel?: number | undefined;
  /**
   * Ordered mode: a trial is chosen from the results of those that are so many before it, so that the same seed gives the same study for any number of
   * workers. 0 turns it off. Default: `parallel`. A study keeps the lag it was begun with.
   */
  readonly lag?: number | undefined;
  readonly sampler?: string | undefined;
  /** Values by path that the search keeps to, as text: `{ 'optimizer.sgd.momentum': '0.9' }`. Default: those of the study that is gone on with. */
  readonly fix?: Readonly<Record<string, string>> | undefined;
  /** A study that is gone on with is edited: it gets the space that the file has now, and what `fix` says. */
  readonly editSpace?: boolean | undefined;
  readonly pruner?: string | undefined;
  readonly seed?: number | undefined;
  /** Names of earlier studies in the same storage that a new study starts from. */
  readonly transferFrom?: readonly string[] | undefined;
  /** `sqlite:PATH`, `postgres://…` or `memory`; default `sqlite:attune.db`. */
  readonly storage?: string | undefined;
  /** Default: the file's name, with -2, -3 … if taken; with `resume`, the newest unfinished study of the file. */
  readonly study?: string | undefined;
  /** Go on with (or join) a study that is there. A named study that is not there yet is begun. */
  readonly resume?: boolean | undefined;
  /**
   * Instead of going on with the search: the study (which `resume` names) runs a trial's parameters again with other seeds, none of them pruned, until they ran
   * `times` times beside the first. `trial` null: the best.
   */
  readonly repeat?: { readonly trial: number | null; readonly times: number } | undefined;
  /** Epochs of every trial, instead of what `train` says. */
  readonly epochs?: number | undefined;
  /** Bytes that a worker may hold: a trial that would take more fails before it is trained. */
  readonly memoryLimit?: number | undefined;
  /** Of the whole run: then running trials go back, and what is complete is evaluated. */
  readonly timeoutMs?: number | undefined;
  /** A run or worker that is frozen, or of which nothing is heard from another host, loses its trials after this time. Default 30 s. */
  readonly leaseMs?: number | undefined;
  /** What the whole study may use; see budget.ts. Whatever is used up first ends the run as the time does. */
  readonly budget?: Budget | undefined;
  /** Asked once the study is open: who wants to copy it elsewhere as it goes on. Closed when the run ends. */
  readonly follow?: ((study: Study) => Promise<RunFollower>) | undefined;
  readonly dataDir?: string | undefined;
  /** Folder for bundles, OUT/STUDY/…; default `attune-out`. */
  readonly out?: string | undefined;
  /** Aborted by Ctrl-C: workers are stopped, running trials go back, the study can be resumed. */
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_STORAGE = 'sqlite:attune.db';
export const DEFAULT_OUT = 'attune-out';
