/** Logs in this process alone; gone with it. Each call makes a private store. */
import { TuneError, type Storage, type StudyDefinition, type StudyEvent } from '#core';

interface Log {
  readonly id: string;
  readonly definition: StudyDefinition;
  readonly events: StudyEvent[];
  readonly beats: Map<string, number>;
}

export function memory(): Storage {
  const logs = new Map<string, Log>();
  const log = (id: string): Log => {
    const found = logs.get(id);
    if (found === undefined) throw new TuneError('no-study', `no study has the id "${id}".`, { id });
    return found;
  };
  const named = (name: string) => [...logs.values()].find(({ definition }) => definition.name === name);
  return {
    createStudy: (definition) =>
      answer(() => {
        if (named(definition.name) !== undefined) throw studyExists(definition.name);
        const id = String(logs.size + 1);
        logs.set(id, {
          id,
          definition,
          events: [{ type: 'studyCreated', at: definition.createdAt, definition }],
          beats: new Map(),
        });
        return id;
      }),
    find: (name) =>
      answer(() => {
        const found = named(name);
        return found === undefined ? null : { id: found.id, definition: found.definition };
      }),
    list: () =>
      answer(() => [...logs.values()].map(({ id, definition, events }) => ({ id, definition, events: events.length }))),
    read: (id, afterSeq, limit = Infinity) =>
      answer(() =>
        log(id)
          .events.slice(afterSeq, afterSeq + limit)
          .map((event, i) => ({ seq: afterSeq + i + 1, event })),
      ),
    append: (id, expectedSeq, events) =>
      answer(() => {
        const kept = log(id).events;
        if (kept.length !== expectedSeq) return 'conflict';
        for (const event of events) kept.push(event);
        return 'ok';
      }),
    // Whoever reads it has it folded already.
    snapshot: () => Promise.resolve(null),
    keepSnapshot: () => Promise.resolve(),
    compact: (id) => answer(() => (log(id), { events: 0, packed: 0, before: 0, after: 0 })),
    room: () => Promise.resolve({ bytes: 0, free: 0 }),
    vacuum: () => Promise.resolve(),
    beat: (id, worker, alive) =>
      answer(() => {
        const { beats } = log(id);
        if (alive) beats.set(worker, (beats.get(worker) ?? 0) + 1);
        else beats.delete(worker);
      }),
    beats: (id) => answer(() => new Map(log(id).beats)),
    close: () => Promise.resolve(),
  };
}

/** A promise of what `work` returns; what it throws becomes a rejection. */
const answer = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));

/** @internal */
export const studyExists = (name: string): TuneError =>
  new TuneError('study-exists', `a study named "${name}" exists already; continue it or choose another name.`, {
    name,
  });
