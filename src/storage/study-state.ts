/** The state of a stored study: from its newest snapshot and the events behind it, else from its whole log. */
import { decodeState, encodeState, isTuneError, StudyState, TuneError, type Storage, type StoredEvent } from '#core';

/** Events read at once: those of a long log need not all be there at the same time. */
const PAGE = 20_000;

interface StoredState {
  readonly state: StudyState;
  /** How many events were folded besides the snapshot. */
  readonly folded: number;
}

/** A TuneError 'no-study', or one that names the event which is damaged or contradicts those before it. */
export async function readState(storage: Storage, id: string): Promise<StoredState> {
  let state = fromSnapshot(await storage.snapshot(id));
  const known = state?.seq ?? 0;
  for (;;) {
    const events = await storage.read(id, state?.seq ?? 0, PAGE);
    for (const stored of events) state = applied(state, stored, id);
    if (state === null) throw new TuneError('damaged-event', `study ${id}: its log is empty.`, { id });
    if (events.length < PAGE) return { state, folded: state.seq - known };
  }
}

/** Keeps a snapshot of this state: the next who opens the study begins with it. */
export const keepState = (storage: Storage, id: string, state: StudyState): Promise<void> =>
  storage.keepSnapshot(id, state.seq, () => encodeState(state));

/** Pages of a log that is read past its damages: each damage costs a page or two. */
const SMALL_PAGE = 2000;

/**
 * The state that the readable events of a log give, from its beginning. Each event that is damaged, or cannot follow without one that is, is left out and told by `skip`.
 * For people who look at a damaged study; nobody may write by what it answers.
 */
export async function readAround(storage: Storage, id: string, skip: (why: TuneError) => void): Promise<StudyState> {
  let state: StudyState | null = null;
  let seq = 0;
  for (;;) {
    let events: readonly StoredEvent[];
    let bad: Damage | null = null;
    try {
      events = await storage.read(id, seq, SMALL_PAGE);
    } catch (error) {
      if (!isDamage(error)) throw error;
      skip(error);
      bad = damageOf(error) ?? { seq: seq + 1, last: seq + 1 };
      events = bad.seq === seq + 1 ? [] : await storage.read(id, seq, bad.seq - 1 - seq);
    }
    for (const stored of events) {
      try {
        state = applied(state, stored, id);
      } catch (error) {
        // Without its first event there is no study to show.
        if (state === null || !isDamage(error)) throw error;
        skip(error);
      }
    }
    if (bad === null && events.length < SMALL_PAGE) break;
    seq = bad?.last ?? seq + events.length;
  }
  if (state === null) throw new TuneError('damaged-event', `study ${id}: no event of its log is readable.`, { id });
  return state;
}

/** Events seq … last of a log. */
interface Damage {
  readonly seq: number;
  readonly last: number;
}

/** Whether an error says that events of a log are damaged; the others can be read. */
export const isDamage = (error: unknown): error is TuneError => damageOf(error) !== null;

/** Which events an error of reading is about; null for another error. */
function damageOf(error: unknown): Damage | null {
  if (!isTuneError(error) || (error.code !== 'damaged-event' && error.code !== 'unknown-event')) return null;
  const { seq, last = seq } = error.facts;
  return typeof seq === 'number' && typeof last === 'number' ? { seq, last } : null;
}

function fromSnapshot(bytes: Uint8Array | null): StudyState | null {
  try {
    return bytes === null ? null : decodeState(bytes);
  } catch {
    return null; // the log knows
  }
}

/** The state with one event more, null before the first; a TuneError for an event that cannot have happened. */
function applied(state: StudyState | null, { seq, event }: StoredEvent, id: string): StudyState {
  try {
    if (state !== null) state.apply(event);
    else if (event.type === 'studyCreated') state = new StudyState(event);
    else throw new Error(`internal: the log begins with ${event.type}`);
    return state;
  } catch (error) {
    const what = error instanceof Error ? error.message.replace(/^internal: /, '') : String(error);
    throw new TuneError('damaged-event', `study ${id}, event ${seq}: ${what}; the log contradicts itself there.`, {
      seq,
    });
  }
}
