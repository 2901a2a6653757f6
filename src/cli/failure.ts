/**
 * What a failed command says and returns: one sentence on stderr and an exit code. Only a broken invariant shows its stack, because it is our bug.
 */
import { didYouMean, isTuneError, TuneError } from '#math';

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of errors that are met while a run is on its way: the input was fine, so they are no usage errors. */
const RUN_FAILURES: ReadonlySet<string> = new Set([
  'diverged',
  'workerLost',
  'runFailed',
  'download',
  'conflict',
  'storage-away',
  'storage-busy',
  'storage-full',
  'storage-io',
]);

export const usage = (message: string, facts: Readonly<Record<string, unknown>> = {}): TuneError =>
  new TuneError('usage', message, facts);

/** The sentence and the exit code for anything thrown by a command. */
export function describeFailure(error: unknown): { message: string; code: ExitCode } {
  if (isTuneError(error)) {
    return { message: sentence(error.message), code: RUN_FAILURES.has(error.code) ? EXIT.failed : EXIT.usage };
  }
  if (error instanceof Error) return { message: `internal error: ${error.stack ?? error.message}`, code: EXIT.failed };
  return { message: `internal error: ${String(error)}`, code: EXIT.failed };
}

/** One line that ends as a sentence does, whatever library the message came from. */
const sentence = (text: string): string => oneLine(text).replace(/([^.?!)])$/, '$1.');

/** Folds a message of several lines (an import error with a code frame, say) into one. */
export const oneLine = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');

/** `There is no sampler "gird": did you mean "grid"? Known: "auto", "grid", "random".` */
export const unknownName = (kind: string, asked: string, known: readonly string[]): TuneError =>
  usage(`There is no ${kind} "${asked}": ${didYouMean(asked, known)}`, { kind, asked, known });
