/** How trials end and come in by what a caller says: told, stopped by a person, queued, or added with an outcome that is known already. */
import { isFinished, TuneError, type FinishedTrial, type StudyEvent, type StudyState } from '#core';
import { fits, flatten, readFixed, type Space } from '#space';
import { readOutcome, toldMetrics } from './outcome.ts';
import type { Search } from './search.ts';
import type { StudyLog } from './study-log.ts';
import type { TrialHandle } from './trial.ts';

const metrics = ({ definition }: StudyState): string[] => toldMetrics(definition.objectives, definition.limits);

/** Returns the record that the trial became. */
export async function tell(log: StudyLog, of: TrialHandle | number, outcome: unknown): Promise<FinishedTrial> {
  await log.change(() => {
    const record = log.recordOf(of);
    const { number } = record;
    if (isFinished(record))
      throw new TuneError('ended', `tell: trial ${number} has ended before, as ${record.state}.`, { number });
    const result = readOutcome(record, outcome, metrics(log.state));
    return [{ type: 'trialFinished', at: log.now(), number, result }];
  });
  return log.state.trials[typeof of === 'number' ? of : of.number] as FinishedTrial; // just finished
}

export function stop(log: StudyLog, number: number, reason: string): Promise<void> {
  return log.change(() => {
    const record = log.recordOf(number);
    if (isFinished(record))
      throw new TuneError('ended', `stop: trial ${number} has ended before, as ${record.state}.`, { number });
    const of = { at: log.now(), number };
    return record.state === 'running'
      ? [{ ...of, type: 'stopRequested', reason }]
      : [{ ...of, type: 'trialFinished', result: { state: 'pruned', values: null, reason } }];
  });
}

/** `params` may leave some out; returns the trial's number. */
export function enqueue(log: StudyLog, search: Search, params: Readonly<Record<string, unknown>>): Promise<number> {
  return addTrial(log, (number) => {
    const event = { type: 'trialEnqueued', at: log.now(), number } as const;
    if (fits(log.space, params)) return [{ ...event, params: log.space.parse(params) }];
    const fixed = readFixed(log.space, flatten(params), 'params');
    return [{ ...event, params: search.fill(log.state, log.space, number, fixed), fixed }];
  });
}

/** Returns the trial's number. */
export function add(log: StudyLog, space: Space, given: unknown, outcome: unknown): Promise<number> {
  const params = space.parse(given);
  return addTrial(log, (number) => {
    const at = log.now();
    const result = readOutcome({ number, state: 'waiting' }, outcome, metrics(log.state));
    return [
      { type: 'trialEnqueued', at, number, params },
      { type: 'trialFinished', at, number, result },
    ];
  });
}

async function addTrial(log: StudyLog, events: (number: number) => StudyEvent[]): Promise<number> {
  let number = 0;
  await log.change(() => events((number = log.state.trials.length)));
  return number;
}
