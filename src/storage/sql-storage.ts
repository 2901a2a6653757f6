/**
 * The Storage contract in SQL, the same statements for SQLite and PostgreSQL.
 * - An append is one statement: insert the rows if the log still ends where the writer believes. Of two that are written at the same moment the primary
 *   key (study, seq) lets one through. So no lock is held between calls, and a log is numbered without gaps.
 * - `append` and `read` are compiled once: every report of a trial passes through them, and Kysely takes 40 µs for a statement.
 * - If the connection breaks while an append is on its way, the log itself says afterwards whether it arrived: so it is neither lost nor written twice.
 */
import { sql, type CompiledQuery } from 'kysely';
import { crc32 } from 'node:zlib';
import { decodeEvent, encodeEvent, TuneError, type Storage, type StoredEvent, type StudyDefinition } from '#core';
import { studyExists } from './memory.ts';
import { migrations, SCHEMA_VERSION, WITH_SEGMENTS } from './schema.ts';
import { packSegment, unpackSegment } from './segment.ts';
import { rowsOf, SqlTrouble, statementBuilder, type SqlDatabase, type Steps } from './sql-database.ts';

/** Rows of one insert; both databases limit the parameters of a statement (SQLite: 32,766). A longer append is a transaction of several inserts. */
const ROWS_AT_ONCE = 200;
/** Events of a segment, and of the end of a log that stays rows: there writers meet. */
const SEGMENT_EVENTS = 5000;
const UNPACKED = 1000;
/** A limit that no log reaches. */
const ALL = Number.MAX_SAFE_INTEGER;
/** How often a statement whose connection breaks is begun again. Each time the database waits until it is connected. */
const TRIES = 5;

interface Row {
  readonly seq: number;
  readonly json: string;
}

/** A storage on `database`, whose tables are brought up to date first; with `readonly` they are read as they are. */
export async function sqlStorage(database: SqlDatabase, readonly: boolean): Promise<Storage> {
  const { name: where } = database;
  const db = statementBuilder(database.dialect);
  const hasSegments = (await migrate(database, readonly)) >= WITH_SEGMENTS;

  const run = <R>(statement: CompiledQuery<R>) => again(() => database.run(statement));
  const selectAfter = db
    .selectFrom('events')
    .select(['seq', 'json'])
    .where('study_id', '=', 0)
    .where('seq', '>', 0)
    .orderBy('seq')
    .limit(0)
    .compile();
  const selectLast = db
    .selectFrom('events')
    .select((e) => e.fn.max('seq').as('last'))
    .where('study_id', '=', 0)
    .compile();
  const inserts = new Map<number, CompiledQuery>();
  /** Rows (seq + 1 …) of a study, unless its log ends elsewhere than at seq. */
  const insert = (study: number, seq: number, texts: readonly string[]): CompiledQuery => {
    let template = inserts.get(texts.length);
    if (template === undefined) {
      const rows = sql.join(texts.map((_, i) => sql`(${sql.lit(i + 1)}, ${''})`));
      template = db
        .insertInto('events')
        .columns(['study_id', 'seq', 'json'])
        .expression(
          db
            .selectFrom(sql<{ column1: number; column2: string }>`(values ${rows})`.as('added'))
            .select([
              sql<number>`${0}`.as('study_id'),
              sql<number>`${0} + added.column1`.as('seq'),
              'added.column2 as json',
            ])
            .where((e) =>
              e(
                e
                  .selectFrom('events')
                  .select((f) => f.fn.max('seq').as('last'))
                  .where('study_id', '=', 0),
                '=',
                0,
              ),
            ),
        )
        .compile();
      inserts.set(texts.length, template);
    }
    return filled(template, study, seq, ...texts, study, seq);
  };
  /** Where the log ends. */
  const lastSeq = async (id: string): Promise<number> => {
    const last = (await run(filled(selectLast, rowId(id)))).rows[0]?.last ?? null;
    if (last === null) throw noStudy(id);
    return last;
  };
  const textsAfter = async (id: string, afterSeq: number, limit = ALL) =>
    (await run(filled(selectAfter, rowId(id), afterSeq, limit))).rows;
  const damagedAt = (id: string, { seq, last }: { readonly seq: number; readonly last: number }, what: string) => {
    const events = seq === last ? `event ${seq}` : `events ${seq} to ${last}`;
    const sentence = `${where}, study ${id}, ${events}: ${what}; the log is damaged there.`;
    return new TuneError('damaged-event', sentence, { seq, last });
  };
  /** Packed events afterSeq + 1 … last, the first `limit` of them or some more. */
  const packedAfter = async (id: string, afterSeq: number, limit: number, last: number): Promise<Row[]> => {
    const segments = await run(
      db
        .selectFrom('segments')
        .select(['first', 'last', 'bytes'])
        .where('study_id', '=', rowId(id))
        .where('last', '>', afterSeq)
        .where('first', '<=', Math.min(afterSeq + limit, last))
        .orderBy('first')
        .compile(),
    );
    return segments.rows.flatMap((segment) => {
      const texts = unpackSegment(segment.bytes, segment.last - segment.first + 1);
      if (texts === null)
        throw damagedAt(
          id,
          { seq: segment.first, last: segment.last },
          'the segment that holds them cannot be unpacked',
        );
      const rows = texts.map((json, i) => ({ seq: segment.first + i, json }));
      return rows.slice(Math.max(0, afterSeq + 1 - segment.first), Math.max(0, last + 1 - segment.first));
    });
  };
  /**
   * Events after `afterSeq`, wherever they are: packed ones are moved from rows to segments, never back, and the end of a log is always rows. So rows are read first; where they begin
   * later than asked for, what lies before them was packed by then.
   */
  const eventsAfter = async (id: string, afterSeq: number, limit = ALL): Promise<readonly Row[]> => {
    const rows = await textsAfter(id, afterSeq, limit);
    const first = rows[0]?.seq ?? afterSeq + 1;
    const packed = first === afterSeq + 1 || !hasSegments ? [] : await packedAfter(id, afterSeq, limit, first - 1);
    const all = packed.length === 0 ? rows : packed.concat(rows).slice(0, limit);
    const last = all.at(-1)?.seq ?? afterSeq;
    if (last === afterSeq + all.length) return all;
    const gap = all.findIndex(({ seq }, i) => seq !== afterSeq + 1 + i);
    const missing = { seq: afterSeq + 1 + gap, last: (all[gap]?.seq ?? 0) - 1 };
    throw damagedAt(id, missing, missing.seq === missing.last ? 'it is missing' : 'they are missing');
  };
  const decoded = (id: string, { seq, json }: Row): StoredEvent => ({
    seq,
    event: decodeEvent(json, `${where}, study ${id}, event ${seq}`, { seq }),
  });
  const write = async (study: number, seq: number, texts: readonly string[]): Promise<boolean> => {
    if (texts.length <= ROWS_AT_ONCE) return (await database.run(insert(study, seq, texts))).changed === texts.length;
    return database.transaction(function* (): Steps<boolean> {
      for (let from = 0; from < texts.length; from += ROWS_AT_ONCE) {
        const some = texts.slice(from, from + ROWS_AT_ONCE);
        const statement = insert(study, seq + from, some);
        // Only the first can find another end of the log: then nothing is written.
        if ((yield statement).changed !== some.length) return false;
      }
      return true;
    });
  };
  const definitionOf = (text: string, name: string): StudyDefinition => {
    try {
      return JSON.parse(text) as StudyDefinition; // written by createStudy; the reducer never depends on this copy
    } catch {
      throw new TuneError(
        'damaged-event',
        `the definition of study "${name}" in ${where} is not JSON; the database is damaged there.`,
        { path: where, name },
      );
    }
  };
  const found = async (name: string) => {
    const { rows } = await run(
      db.selectFrom('studies').select(['id', 'definition']).where('name', '=', name).compile(),
    );
    return rows[0];
  };

  return {
    async createStudy(definition) {
      const text = JSON.stringify(definition);
      const first = encodeEvent({ type: 'studyCreated', at: definition.createdAt, definition });
      let doubt = false;
      for (let left = TRIES; ; left--) {
        try {
          return await database.transaction(function* (): Steps<string> {
            const [study] = yield* rowsOf(
              db.insertInto('studies').values({ name: definition.name, definition: text }).returning('id').compile(),
            );
            if (study === undefined) throw new Error('internal: an insert returned no row');
            yield db.insertInto('events').values({ study_id: study.id, seq: 1, json: first }).compile();
            return String(study.id);
          });
        } catch (error) {
          if (!(error instanceof SqlTrouble)) throw error;
          if (isDoubt(error, left)) doubt = true;
          // The definition carries its time and seed: one that is there word for word is what was sent before the connection broke.
          const row = doubt ? await found(definition.name) : undefined;
          if (row?.definition === text) return String(row.id);
          if (error.kind === 'taken') throw studyExists(definition.name);
        }
      }
    },
    async find(name) {
      const row = await found(name);
      return row === undefined ? null : { id: String(row.id), definition: definitionOf(row.definition, name) };
    },
    async list() {
      const { rows } = await run(
        db
          .selectFrom('studies')
          .innerJoin('events', 'events.study_id', 'studies.id')
          .select(['studies.id', 'studies.name', 'studies.definition', (e) => e.fn.max('events.seq').as('events')])
          .groupBy('studies.id')
          .orderBy('studies.id')
          .compile(),
      );
      return rows.map(({ id, name, definition, events }) => ({
        id: String(id),
        definition: definitionOf(definition, name),
        events,
      }));
    },
    async read(id, afterSeq, limit) {
      const rows = await eventsAfter(id, afterSeq, limit);
      if (rows.length === 0) await lastSeq(id); // refuses an unknown id
      return rows.map((row) => decoded(id, row));
    },
    async append(id, expectedSeq, events) {
      const study = rowId(id);
      const texts = events.map(encodeEvent);
      if (texts.length === 0) return (await lastSeq(id)) === expectedSeq ? 'ok' : 'conflict';
      let doubt = false;
      for (let left = TRIES; ; left--) {
        try {
          if (await write(study, expectedSeq, texts)) return 'ok';
        } catch (error) {
          if (isDoubt(error, left)) {
            doubt = true;
            continue;
          }
          if (!(error instanceof SqlTrouble)) throw error;
        }
        if (doubt) {
          // Events carry their time and worker: what stands there word for word is what was sent before the connection broke.
          const there = await eventsAfter(id, expectedSeq);
          if (texts.every((text, i) => there[i]?.json === text)) return 'ok';
        }
        await lastSeq(id); // refuses an unknown id
        return 'conflict';
      }
    },
    async snapshot(id) {
      if (!hasSegments) return null;
      const { rows } = await run(
        db
          .selectFrom('snapshots')
          .select(['crc', 'bytes'])
          .where('study_id', '=', rowId(id))
          // A log that was put back to an earlier copy by hand is shorter.
          .where((e) =>
            e(
              'seq',
              '<=',
              e
                .selectFrom('events')
                .select((f) => f.fn.max('seq').as('last'))
                .where('study_id', '=', rowId(id)),
            ),
          )
          .compile(),
      );
      const [row] = rows;
      return row !== undefined && crcOf(row.bytes) === row.crc ? row.bytes : null;
    },
    async keepSnapshot(id, seq, make) {
      const bytes = make();
      const row = { seq, crc: crcOf(bytes), bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
      await run(
        db
          .insertInto('snapshots')
          .values({ study_id: rowId(id), ...row })
          .onConflict((c) => c.column('study_id').doUpdateSet(row).where('snapshots.seq', '<', seq))
          .compile(),
      );
    },
    async compact(id) {
      const study_id = rowId(id);
      const result = { events: 0, before: 0, after: 0 };
      for (;;) {
        // Events never change, so they are packed before anything is locked. The first ones are rows: nobody packs a part of them.
        const end = (await lastSeq(id)) - UNPACKED;
        const rows = await textsAfter(id, 0, SEGMENT_EVENTS);
        const [first, last] = [rows[0]?.seq ?? 0, rows.at(-1)?.seq ?? 0];
        if (rows.length < SEGMENT_EVENTS || last > end) return { ...result, packed: first - 1 };
        for (const row of rows) decoded(id, row); // refuses a damaged one
        const texts = rows.map(({ json }) => json);
        const bytes = packSegment(texts);
        try {
          await database.transaction(function* (): Steps<void> {
            yield db.insertInto('segments').values({ study_id, first, last, bytes }).compile();
            yield db.deleteFrom('events').where('study_id', '=', study_id).where('seq', '<=', last).compile();
          });
        } catch (error) {
          // Another process has packed them, or this one before its connection broke: the next round looks.
          if (!(error instanceof SqlTrouble)) throw error;
          continue;
        }
        result.events += texts.length;
        result.before += texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        result.after += bytes.length;
      }
    },
    async room() {
      const [room] = (await run(database.room)).rows;
      return { bytes: room?.bytes ?? 0, free: room?.free ?? 0 };
    },
    async vacuum() {
      for (const statement of database.vacuum) await run(statement);
    },
    async beat(id, worker, alive) {
      const study_id = rowId(id);
      await run(
        alive
          ? db
              .insertInto('beats')
              .values({ study_id, worker, count: 1 })
              .onConflict((c) =>
                c.columns(['study_id', 'worker']).doUpdateSet((e) => ({ count: e('beats.count', '+', 1) })),
              )
              .compile()
          : db.deleteFrom('beats').where('study_id', '=', study_id).where('worker', '=', worker).compile(),
      );
    },
    async beats(id) {
      const { rows } = await run(
        db.selectFrom('beats').select(['worker', 'count']).where('study_id', '=', rowId(id)).compile(),
      );
      return new Map(rows.map(({ worker, count }) => [worker, count]));
    },
    close: () => database.close(),
  };
}

const noStudy = (id: string): TuneError => new TuneError('no-study', `no study has the id "${id}".`, { id });

/** CRC-32 as both databases keep it: a signed number of 32 bits. */
const crcOf = (bytes: Uint8Array): number => crc32(bytes) | 0;

/** Ids of both databases are 32-bit numbers that count from 1. */
function rowId(id: string): number {
  if (!/^[1-9]\d{0,9}$/.test(id) || Number(id) >= 2 ** 31) throw noStudy(id);
  return Number(id);
}

/** A compiled statement with other values, in the order in which they stand in its text. */
function filled<R>(template: CompiledQuery<R>, ...parameters: readonly unknown[]): CompiledQuery<R> {
  if (parameters.length !== template.parameters.length)
    throw new Error('internal: parameters do not fit the statement');
  return { ...template, parameters };
}

const isDoubt = (error: unknown, left: number): boolean => {
  if (!(error instanceof SqlTrouble && error.kind === 'in-doubt')) return false;
  if (left <= 1) throw gone(error);
  return true;
};

const gone = (error: SqlTrouble): TuneError =>
  new TuneError('storage-away', `the connection to the database broke ${TRIES} times in a row (${error.message}).`);

/** For what may be done twice without harm: reading, heartbeats, migration. */
async function again<T>(work: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!isDoubt(error, left)) throw error;
    }
  }
}

/**
 * Brings the tables to SCHEMA_VERSION, and answers their version. Of several processes that open a new database at once, one does it and the others find it done.
 * With `readonly` an older version is left as it is.
 */
async function migrate(database: SqlDatabase, readonly: boolean): Promise<number> {
  const db = statementBuilder(database.dialect);
  const current = await schemaVersion(database);
  if (readonly && current === 0)
    throw new TuneError('no-database', `"${database.name}" holds no studies.`, { path: database.name });
  if (readonly || current === SCHEMA_VERSION) return current;
  await again(() =>
    database.transaction(function* (): Steps<void> {
      for (let version = yield* readVersion(database); version < SCHEMA_VERSION; version++) {
        for (const statement of migrations[version]?.(db, database.dialect) ?? []) yield statement.compile();
        yield db
          .updateTable('attune_schema')
          .set({ version: version + 1 })
          .compile();
      }
    }),
  );
  return SCHEMA_VERSION;
}

/** The version of its tables; 0 without tables. A TuneError if they are another program's, or a newer Attune's. Reads without a transaction, so no writer is waited for. */
export const schemaVersion = (database: SqlDatabase): Promise<number> =>
  again(async () => {
    const steps = readVersion(database);
    let step = steps.next();
    while (step.done !== true) step = steps.next(await database.run(step.value));
    return step.value;
  });

function* readVersion(database: SqlDatabase): Steps<number> {
  const { name, dialect, tableNames } = database;
  const tables = (yield* rowsOf(tableNames)).map((table) => table.name);
  if (!tables.includes('attune_schema')) {
    if (tables.length > 0)
      throw new TuneError(
        'no-database',
        `"${name}" is a database of another program (it has tables such as "${tables[0]}"); choose another ${dialect === 'sqlite' ? 'path' : 'database'}.`,
        { path: name },
      );
    return 0;
  }
  const [row] = yield* rowsOf(statementBuilder(dialect).selectFrom('attune_schema').select('version').compile());
  const version = row?.version ?? 0;
  if (version > SCHEMA_VERSION)
    throw new TuneError(
      'newer-schema',
      `"${name}" was written by a newer version of Attune (schema ${version}, this one knows ${SCHEMA_VERSION}); update Attune.`,
      { path: name, version },
    );
  return version;
}
