/** Ctrl-C of commands that run trials: the first (or TERM, HUP, or a closed pipe) asks to stop; the second ends the process, and its workers with it. */
import { constants } from 'node:os';
import { EXIT } from './failure.ts';
import { onClosedOutput } from './output.ts';

export function onInterrupt(note: (text: string) => void): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(128 + constants.signals[signal]);
    note('Stopping: running trials go back to be run again. Press Ctrl-C once more to stop at once.');
    controller.abort();
  };
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, stop);
  onClosedOutput(() => controller.abort());
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of signals) process.off(signal, stop);
      onClosedOutput(() => process.exit(EXIT.done));
    },
  };
}
