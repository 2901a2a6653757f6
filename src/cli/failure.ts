/**
 * What a failed command says and returns: one sentence on stderr and an exit code. Only a broken invariant shows its stack, because it is our bug.
 */
import { isTuneError, TuneError } from '#math';

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of errors that are met while a run is on its way: the input was fine, so they are no usage errors. */
const RUN_FAILURES: ReadonlySet<string> = new Set(['diverged', 'workerLost', 'runFailed', 'download', 'conflict']);

export const usage = (message: string, facts: Readonly<Record<string, unknown>> = {}): TuneError =>
  new TuneError('usage', message, facts);

/** The sentence and the exit code for anything thrown by a command. */
export function describeFailure(error: unknown): { message: string; code: ExitCode } {
  if (isTuneError(error)) {
    return { message: oneLine(error.message), code: RUN_FAILURES.has(error.code) ? EXIT.failed : EXIT.usage };
  }
  if (error instanceof Error) return { message: `internal error: ${error.stack ?? error.message}`, code: EXIT.failed };
  return { message: `internal error: ${String(error)}`, code: EXIT.failed };
}

/** Folds a message of several lines (an import error with a code frame, say) into one. */
export const oneLine = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');

/** Levenshtein distance with a swap of neighbours counted once (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (rows[i - 1]?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, substituted);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** Known names near a mistyped one, the nearest first; a beginning of a name counts as near. */
export function nearNames(asked: string, known: readonly string[]): string[] {
  const lower = asked.toLowerCase();
  return known
    .map((name) => {
      const candidate = name.toLowerCase();
      const typo = distance(lower, candidate);
      const near =
        typo <= Math.max(1, Math.floor(candidate.length / 3)) || (lower.length >= 2 && candidate.startsWith(lower));
      return { name, typo: near ? typo : Infinity };
    })
    .filter(({ typo }) => typo < Infinity)
    .sort((a, b) => a.typo - b.typo || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name);
}

/** `There is no sampler "gird". Did you mean "grid"? Known: auto, grid, random.` */
export function unknownName(kind: string, asked: string, known: readonly string[]): TuneError {
  const near = nearNames(asked, known).map((name) => `"${name}"`);
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  return usage(`There is no ${kind} "${asked}".${hint} Known: ${known.join(', ')}.`, { kind, asked, known });
}
