/**
 * What the screen knows of a run: a reducer of run events, with the time of each event handed in.
 */
import { isFeasible } from '#core';
import type { RunEvent, StartedEvent, TrialEvent } from '#tune';

export interface RunningTrial {
  readonly number: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly startedAt: number; // ms
  /** Null until the first progress or epoch arrives: the child is starting and loading data. */
  readonly progress: {
    readonly epoch: number;
    readonly epochs: number;
    readonly fraction: number; // of the whole trial, in [0, 1]
    readonly loss: number;
    readonly samplesPerSecond: number;
  } | null;
  readonly metric: number | null;
  /** The last step that a command reported. */
  readonly step: number | null;
}

export interface RunView {
  readonly started: StartedEvent;
  readonly startedAt: number; // ms
  readonly running: readonly RunningTrial[]; // by number
  readonly finished: readonly TrialEvent[]; // of this process, in order of arrival
  readonly best: { readonly number: number; readonly value: number } | null;
  readonly testing: boolean;
}

export const startView = (started: StartedEvent, at: number): RunView => ({
  started,
  startedAt: at,
  running: [],
  finished: [],
  best: null,
  testing: false,
});

/** The view after one more event. */
export function advance(view: RunView, event: RunEvent, at: number): RunView {
  switch (event.type) {
    case 'trialStarted': {
      const { number, params } = event;
      const others = view.running.filter((trial) => trial.number !== number);
      const running = [...others, { number, params, startedAt: at, progress: null, metric: null, step: null }];
      return { ...view, running: running.sort((a, b) => a.number - b.number) };
    }
    case 'progress': {
      const { epoch, epochs, step, steps, loss, samplesPerSecond } = event;
      const fraction = Math.min(1, (epoch - 1 + step / Math.max(1, steps)) / Math.max(1, epochs));
      return update(view, event.number, (trial) => ({
        ...trial,
        progress: { epoch, epochs, fraction, loss, samplesPerSecond },
        metric: event.metric ?? trial.metric,
      }));
    }
    case 'epoch': {
      const { metrics, loss } = event.report;
      const { name } = view.started.objective;
      const metric = metrics[name] ?? (name === 'loss' ? loss : null);
      return update(view, event.number, (trial) => ({ ...trial, metric: metric ?? trial.metric }));
    }
    case 'step': {
      const metric = event.values[view.started.objective.name] ?? null;
      return update(view, event.number, (trial) => ({ ...trial, step: event.step, metric: metric ?? trial.metric }));
    }
    case 'trial':
      return {
        ...view,
        running: view.running.filter((trial) => trial.number !== event.number),
        finished: [...view.finished, event],
        best: better(view, event),
      };
    case 'paused':
    case 'retry':
      return { ...view, running: view.running.filter((trial) => trial.number !== event.number) };
    case 'testing':
      return { ...view, testing: true };
    case 'download':
    case 'started':
    case 'done':
      return view;
  }
}

function update(view: RunView, number: number, change: (trial: RunningTrial) => RunningTrial): RunView {
  return { ...view, running: view.running.map((trial) => (trial.number === number ? change(trial) : trial)) };
}

/** The best complete trial so far that keeps the limits; of equal ones the lowest number. Of several objectives there is none. */
function better({ best, started }: RunView, { number, state, values }: TrialEvent): RunView['best'] {
  const { name, direction } = started.objective;
  if (started.objectives.length > 1 || !isFeasible(values ?? {}, started.limits)) return best;
  const value = state === 'complete' ? values?.[name] : undefined;
  if (value === undefined || Number.isNaN(value)) return best;
  if (best === null) return { number, value };
  const gain = direction === 'maximize' ? value - best.value : best.value - value;
  return gain > 0 || (gain === 0 && number < best.number) ? { number, value } : best;
}

export interface Tally {
  readonly complete: number;
  readonly failed: number;
  readonly pruned: number;
  readonly running: number;
  /** Finished trials of the study, those before a resume included. */
  readonly finished: number;
}

export function tally(view: RunView): Tally {
  const of = (state: TrialEvent['state']): number => view.finished.filter((trial) => trial.state === state).length;
  return {
    complete: of('complete'),
    failed: of('failed'),
    pruned: of('pruned'),
    running: view.running.length,
    finished: view.started.resumed + view.finished.length,
  };
}

/** Seconds until the planned trials are done at the pace so far; null while there is no pace or no plan. */
export function secondsLeft(view: RunView, now: number): number | null {
  const { trials, resumed } = view.started;
  if (trials === null) return null;
  const partial = view.running.reduce((sum, trial) => sum + (trial.progress?.fraction ?? 0), 0);
  const work = view.finished.length + partial; // trials' worth of work done by this process
  const elapsed = (now - view.startedAt) / 1000;
  // Less than a twentieth of a trial tells nothing yet: start-up dominates.
  return work < 0.05 ? null : (Math.max(0, trials - resumed - work) / work) * elapsed;
}

/** Seconds until one trial has run all its epochs (early stopping may end it sooner). */
export function trialSecondsLeft(trial: RunningTrial, now: number): number | null {
  const fraction = trial.progress?.fraction ?? 0;
  return fraction < 0.02 ? null : (((now - trial.startedAt) / 1000) * (1 - fraction)) / fraction;
}
