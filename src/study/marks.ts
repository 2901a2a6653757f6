/**
 * At which lengths of a log a snapshot of its study is kept: at 10,000 events, and then each time it has grown by a sixteenth. Whoever appends the event at a mark keeps it,
 * so that of any number of processes one does the work. Opening a study then folds a sixteenth of its log at most, and all snapshots together weigh 17 times the last.
 */
const FIRST = 10_000;
const GROWTH = 16;

/** The first mark above `length`. */
export function markAfter(length: number): number {
  let mark = FIRST;
  while (mark <= length) mark += stepFrom(mark);
  return mark;
}

const stepFrom = (mark: number): number => Math.max(FIRST, Math.floor(mark / GROWTH));

/** Whether so many events had to be folded to open a log of this length that its snapshot is missing: its writer was killed, or it was damaged, or is of another version. */
export const needsSnapshot = (length: number, folded: number): boolean =>
  length >= FIRST && folded > 2 * stepFrom(length);
