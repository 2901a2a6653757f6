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

/** Events of a log in order, and what stands behind them if that is damaged. */
interface Readable {
  readonly events: readonly StoredEvent[];
  /** `last`: where reading can go on; null: nothing is damaged as far as was read. */
  readonly damage: { readonly last: number; readonly why: TuneError } | null;
}

/** The events after `afterSeq`, the first `limit` of them or those before the first damage. */
export async function readToDamage(storage: Storage, id: string, afterSeq: number, limit?: number): Promise<Readable> {
  try {
    return { events: await storage.read(id, afterSeq, limit), damage: null };
  } catch (error) {
    const damage = damageOf(error);
    if (damage === null) throw error;
    const whole = damage.seq - 1 - afterSeq;
    const events = whole > 0 ? await storage.read(id, afterSeq, whole) : [];
    return { events, damage: { last: damage.last, why: damage.why } };
  }
}

/**
 * The state that the readable events of a log give, from its beginning. Each event that is damaged, or cannot follow without one that is, is left out and told by `skip`.
 * For people who look at a damaged study; nobody may write by what it answers.
 */
export async function readAround(storage: Storage, id: string, skip: (why: TuneError) => void): Promise<StudyState> {
  let state: StudyState | null = null;
  let lost = 0;
  const leaveOut = (why: TuneError, events: number): void => {
    lost += events;
    skip(why);
  };
  for (let seq = 0; ;) {
    const { events, damage } = await readToDamage(storage, id, seq, SMALL_PAGE);
    for (const stored of events) {
      try {
        state = applied(state, stored, id, lost);
      } catch (error) {
        // Without its first event there is no study to show.
        if (state === null || !isDamage(error)) throw error;
        leaveOut(error, 1);
      }
    }
    seq += events.length;
    if (damage !== null) {
      leaveOut(damage.why, damage.last - seq);
      seq = damage.last;
    } else if (events.length < SMALL_PAGE) break;
  }
  if (state === null) throw new TuneError('damaged-event', `study ${id}: no event of its log is readable.`, { id });
  return state;
}

/** Events seq … last of a log. */
interface Damage {
  readonly seq: number;
  readonly last: number;
  readonly why: TuneError;
}

/** Whether an error says that events of a log are damaged; the others can be read. */
export const isDamage = (error: unknown): error is TuneError => damageOf(error) !== null;

/** Which events an error of reading is about; null for another error. */
function damageOf(error: unknown): Damage | null {
  if (!isTuneError(error) || (error.code !== 'damaged-event' && error.code !== 'unknown-event')) return null;
  const { seq, last = seq } = error.facts;
  return typeof seq === 'number' && typeof last === 'number' ? { seq, last, why: error } : null;
}

function fromSnapshot(bytes: Uint8Array | null): StudyState | null {
  try {
    return bytes === null ? null : decodeState(bytes);
  } catch {
    return null; // the log knows
  }
}

/** The state with one event more, null before the first; a TuneError for an event that cannot have happened. `lost` as for `applyPast`. */
function applied(state: StudyState | null, { seq, event }: StoredEvent, id: string, lost = 0): StudyState {
  try {
    if (state !== null) state.applyPast(event, lost);
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
