/** Starting a trial: what is to run next is chosen by the search from what the log says, and signed for in the log. */
import type { RunningTrial, Suggestion } from '#core';
import { readFixed } from '#space';
import { isHeld } from './attributes.ts';
import type { Asked, Search } from './search.ts';
import type { StudyLog } from './study-log.ts';

export interface Request {
  /** No new trial is made beyond so many. */
  readonly trials: number;
  readonly worker: string;
  /** Ordered mode with this lag (see order.ts); else everything told so far is known. */
  readonly lag: number | null;
  /** Values by path, for this trial alone. */
  readonly fixed: Readonly<Record<string, unknown>> | undefined;
}

export type Next =
  | { readonly started: RunningTrial; readonly resumed: boolean }
  /** Nothing is left to run; the sentence says why. */
  | { readonly nothing: string }
  /** In ordered mode: whether there is more depends on trials that still run. */
  | { readonly later: string };

export function nextTrial(log: StudyLog, search: Search, { trials, worker, lag, fixed }: Request): Promise<Next> {
  return log.takeTurn(async () => {
    const suggestions = new Map<number, Suggestion>();
    let { space } = log;
    for (;;) {
      // Whoever waits hears of the end of it by reading on.
      if (isHeld(log.state)) await log.readOn();
      if (isHeld(log.state))
        return { later: `study "${log.state.definition.name}" is held; it goes on when somebody lets it.` };
      // Edited meanwhile by another process: what was thought of lies in the old space.
      if (space !== log.space) suggestions.clear();
      space = log.space;
      const held = fixed === undefined ? null : readFixed(space, fixed);
      const asked: Asked = { at: log.now(), space, trials, worker, suggestions, fixed: held };
      const choice =
        lag === null
          ? search.choose(log.state, asked)
          : search.chooseInOrder(log.state, await log.ordered(), lag, asked);
      if (!('type' in choice)) return choice;
      const before = log.state.trials[choice.number];
      if (!(await log.append([choice]))) continue;
      const resumed = before !== undefined && (before.state === 'paused' || before.measurements.length > 0);
      return { started: log.running(choice.number), resumed };
    }
  });
}
