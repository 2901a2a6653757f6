/**
 * Ordered mode: what is known when a trial is chosen or judged depends on its place in line alone, never on who was faster.
 *
 * A turn is one stretch of work on a trial: from its creation, or from its promotion out of a pause, to its end or its next pause; a worker that is lost
 * and replaced does not end it. Turn t is chosen when turns 0 … t−L have ended (L: the lag), from a view of the study in which exactly those have their
 * results, while t−L+1 … t−1 are pending without measurements, even if they have ended. The pruner of turn t sees that same view and the trial's own
 * measurements. So the same seed and lag give the same study for any number of workers and any timing.
 *
 * The view is itself a fold by the one reducer: the events of a turn after its first are held back until it is committed, then applied, in the order of turns.
 * Times and workers, which depend on timing, are blank in it; measurements that were lost with a worker never enter it.
 * Every start notes how many turns were committed (`committed`), so any process rebuilds the view from the log.
 *   L  lag     t  index of a turn     committed  turns 0 … committed−1 have their results in the view
 * Cost: O(1) per event, O(trials) per start (the pruner keeps what was known then), O(L · trials) memory.
 */
import { StudyState, type StoredEvent, type StudyCreated, type StudyEvent, type TrialRecord } from '#core';

interface Turn {
  /** What happened in it after its start, held back until it is committed. */
  events: StudyEvent[];
  ended: boolean;
  /** The view as it was when the turn was chosen. */
  readonly known: TrialRecord[];
}

type Start = Extract<StudyEvent, { type: 'trialCreated' | 'trialStarted' }>;

export class OrderedView {
  /** What the next turn may know. */
  readonly state: StudyState;
  #started = 0;
  #committed = 0;
  /** Turns that are not committed, by index, and by the number of their trial. */
  readonly #open = new Map<number, Turn>();
  readonly #turnOf = new Map<number, Turn>();
  readonly #trialOf = new Map<Turn, number>();

  constructor(log: readonly StoredEvent[]) {
    const first = log[0]?.event;
    if (first?.type !== 'studyCreated') throw new Error('internal: a log begins with studyCreated');
    this.state = new StudyState(first satisfies StudyCreated);
    for (const { event } of log.slice(1)) this.apply(event);
  }

  /** Index of the next turn. */
  get next(): number {
    return this.#started;
  }
  /** Turns whose results the view holds. */
  get committed(): number {
    return this.#committed;
  }

  /** What the pruner may know of other trials; null if the trial has no open turn. */
  knownTo(number: number): TrialRecord[] | null {
    return this.#turnOf.get(number)?.known ?? null;
  }
  /** Whether a waiting trial was in its turn when its worker was lost. */
  inTurn(number: number): boolean {
    return this.#turnOf.has(number);
  }

  /** Commits turns until `count` have their results in the view; false if one of them has not ended. */
  commit(count: number): boolean {
    while (this.#committed < count) {
      const turn = this.#open.get(this.#committed);
      if (turn?.ended !== true) return false;
      for (const event of turn.events) this.state.apply(withoutTiming(event));
      const number = this.#trialOf.get(turn);
      if (number !== undefined) this.#turnOf.delete(number);
      this.#trialOf.delete(turn);
      this.#open.delete(this.#committed);
      this.#committed++;
    }
    return true;
  }

  apply(event: StudyEvent): void {
    if ((event.type === 'trialCreated' || event.type === 'trialStarted') && event.committed !== undefined)
      if (!this.commit(event.committed)) throw new Error(`internal: turn ${this.#started} began before its time`);
    const turn = 'number' in event && event.number !== null ? this.#turnOf.get(event.number) : undefined;
    switch (event.type) {
      case 'trialCreated':
        return this.#start(event);
      case 'trialStarted':
        if (turn === undefined) return this.#start(event);
        // In its turn: a new worker for a lost one. After its turn, by a bare `ask`: the turn goes on, since only ordered mode begins another.
        if (turn.ended) turn.events.push(event);
        turn.ended = false;
        return;
      case 'trialLost': {
        const { keptStep } = event;
        const isKept = (held: StudyEvent): boolean =>
          held.type === 'measured' ? keptStep !== null && held.step <= keptStep : held.type !== 'stopRequested';
        if (turn !== undefined) turn.events = turn.events.filter(isKept);
        return;
      }
      case 'studyCreated':
      case 'trialEnqueued':
      case 'measured':
      case 'stopRequested':
      case 'attributeSet':
      case 'spaceEdited':
      case 'studyFinished':
        break;
      case 'trialPaused':
      case 'trialFinished':
        if (turn !== undefined) turn.ended = true;
        break;
    }
    // What happens to a trial outside its turns is done by a person, and is known at once.
    if (turn === undefined) this.state.apply(withoutTiming(event));
    else turn.events.push(event);
  }

  #start(event: Start): void {
    const known = [...this.state.trials];
    // The measurements of a running record grow with the view; what is known must not.
    for (const number of this.state.running) {
      const record = known[number];
      if (record !== undefined && record.measurements.length > 0)
        known[number] = { ...record, measurements: [...record.measurements] };
    }
    const turn: Turn = { events: [], ended: false, known };
    this.#open.set(this.#started++, turn);
    this.#turnOf.set(event.number, turn);
    this.#trialOf.set(turn, event.number);
    this.state.apply(withoutTiming(event));
  }
}

function withoutTiming(event: StudyEvent): StudyEvent {
  return 'worker' in event ? { ...event, at: 0, worker: '' } : { ...event, at: 0 };
}
