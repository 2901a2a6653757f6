/**
 * Logs in one SQLite file, shared by any number of processes of one machine (not over a network file system: WAL needs shared memory).
 * - Kysely builds the tables and the rare queries; `append` and `read` are prepared once, since every report of a trial passes through them.
 * - WAL, so that readers and the one writer do not wait for each other; busy_timeout is set before anything else, so that writers queue up.
 * - synchronous = NORMAL: what was appended survives the death of any process (kill -9). A power failure or crash of the operating system may
 *   take the last commits, never the integrity of the file; FULL would cost an fsync (milliseconds) per report.
 */
import Database from 'better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, SqliteDialect, type Compilable } from 'kysely';
import { decodeEvent, encodeEvent, isTuneError, TuneError, type Storage, type StudyDefinition } from '#core';
import { studyExists } from './memory.ts';
import { migrations, SCHEMA_VERSION, type Tables } from './schema.ts';

interface SqliteOptions {
  /** Only read; a file that does not exist is an error. */
  readonly readonly?: boolean;
  /** How long to wait for another program's lock on the file. */
  readonly busyTimeoutMs?: number;
}

export async function sqlite(
  path: string,
  { readonly = false, busyTimeoutMs = 15_000 }: SqliteOptions = {},
): Promise<Storage> {
  const asTuneError = (error: unknown): unknown => translate(error, path, busyTimeoutMs);
  const handle = openFile(path, readonly, busyTimeoutMs);
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: handle }) });
  try {
    if (!readonly) {
      await retryWhileBusy(busyTimeoutMs, () => {
        // Changing the mode does not wait for locks by itself.
        if (handle.pragma('journal_mode', { simple: true }) !== 'wal') handle.pragma('journal_mode = WAL');
      });
      handle.pragma('synchronous = NORMAL');
    }
    migrate(handle, db, path, readonly);
  } catch (error) {
    handle.close();
    throw asTuneError(error);
  }

  const selectLast = handle.prepare<[number], number | null>('select max(seq) from events where study_id = ?').pluck();
  const selectAfter = handle.prepare<[number, number], { seq: number; json: string }>(
    'select seq, json from events where study_id = ? and seq > ? order by seq',
  );
  const insert = handle.prepare<[number, number, string]>('insert into events (study_id, seq, json) values (?, ?, ?)');
  const appendAll = handle.transaction(
    (id: number, expectedSeq: number, texts: readonly string[]): 'ok' | 'conflict' => {
      const last = selectLast.get(id) ?? null;
      if (last === null) throw noStudy(String(id));
      if (last !== expectedSeq) return 'conflict';
      texts.forEach((text, i) => insert.run(id, expectedSeq + i + 1, text));
      return 'ok';
    },
  );
  const createAll = handle.transaction((definition: StudyDefinition): string => {
    const { lastInsertRowid } = handle
      .prepare<[string, string]>('insert into studies (name, definition) values (?, ?)')
      .run(definition.name, JSON.stringify(definition));
    insert.run(Number(lastInsertRowid), 1, encodeEvent({ type: 'studyCreated', at: definition.createdAt, definition }));
    return String(lastInsertRowid);
  });
  const definitionOf = (text: string, name: string): StudyDefinition => {
    try {
      return JSON.parse(text) as StudyDefinition; // written by createStudy; the reducer never depends on this copy
    } catch {
      throw new TuneError(
        'damaged-event',
        `the definition of study "${name}" in ${path} is not JSON; the database is damaged there.`,
        { path, name },
      );
    }
  };
  const answer = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw asTuneError(error);
    }
  };

  return {
    createStudy: (definition) =>
      answer(() => {
        try {
          return createAll.immediate(definition);
        } catch (error) {
          throw codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE' ? studyExists(definition.name) : error;
        }
      }),
    find: (name) =>
      answer(async () => {
        const row = await db
          .selectFrom('studies')
          .select(['id', 'definition'])
          .where('name', '=', name)
          .executeTakeFirst();
        return row === undefined ? null : { id: String(row.id), definition: definitionOf(row.definition, name) };
      }),
    list: () =>
      answer(async () => {
        const rows = await db
          .selectFrom('studies')
          .innerJoin('events', 'events.study_id', 'studies.id')
          .select(['studies.id', 'studies.name', 'studies.definition', (e) => e.fn.max('events.seq').as('events')])
          .groupBy('studies.id')
          .orderBy('studies.id')
          .execute();
        return rows.map((row) => ({
          id: String(row.id),
          definition: definitionOf(row.definition, row.name),
          events: Number(row.events),
        }));
      }),
    read: (id, afterSeq) =>
      answer(() => {
        const rows = selectAfter.all(Number(id), afterSeq);
        if (rows.length === 0 && (selectLast.get(Number(id)) ?? null) === null) throw noStudy(id);
        return rows.map(({ seq, json }) => ({ seq, event: decodeEvent(json, `${path}, study ${id}, event ${seq}`) }));
      }),
    append: (id, expectedSeq, events) =>
      answer(() => appendAll.immediate(Number(id), expectedSeq, events.map(encodeEvent))),
    beat: (id, worker, alive) =>
      answer(async () => {
        const study_id = Number(id);
        if (!alive)
          await db.deleteFrom('beats').where('study_id', '=', study_id).where('worker', '=', worker).execute();
        else
          await db
            .insertInto('beats')
            .values({ study_id, worker, count: 1 })
            .onConflict((c) =>
              c.columns(['study_id', 'worker']).doUpdateSet((e) => ({ count: e('beats.count', '+', 1) })),
            )
            .execute();
      }),
    beats: (id) =>
      answer(async () => {
        const rows = await db
          .selectFrom('beats')
          .select(['worker', 'count'])
          .where('study_id', '=', Number(id))
          .execute();
        return new Map(rows.map(({ worker, count }) => [worker, Number(count)]));
      }),
    close: () =>
      answer(() => {
        handle.close();
      }),
  };
}

const noStudy = (id: string): TuneError => new TuneError('no-study', `no study has the id "${id}".`, { id });

function openFile(path: string, readonly: boolean, busyTimeoutMs: number): Database.Database {
  if (existsSync(path) ? statSync(path).isDirectory() : readonly)
    throw new TuneError(
      'no-database',
      existsSync(path) ? `"${path}" is a directory, not a study database.` : `there is no study database at "${path}".`,
      { path },
    );
  if (!existsSync(dirname(path)))
    throw new TuneError(
      'not-writable',
      `cannot create the study database "${path}": the directory "${dirname(path)}" does not exist.`,
      { path },
    );
  try {
    // `timeout` is busy_timeout: set as the connection opens, before the first statement.
    const handle = new Database(path, { fileMustExist: readonly, timeout: busyTimeoutMs });
    // Not SQLite's own read-only mode: such a connection leaves -wal and -shm files beside the database, which it may not remove.
    if (readonly) handle.pragma('query_only = ON');
    return handle;
  } catch (error) {
    throw translate(error, path, busyTimeoutMs);
  }
}

/**
 * Brings the tables to SCHEMA_VERSION. Of several processes that open a new file at once, one does it and the others find it done.
 * Without a pause between `begin` and `commit`: another connection of this process would wait for a lock that only this one can free.
 */
function migrate(handle: Database.Database, db: Kysely<Tables>, path: string, readonly: boolean): void {
  if (schemaVersion(handle, path) === SCHEMA_VERSION) return;
  if (readonly)
    throw new TuneError(
      'no-database',
      `"${path}" was not written by this version of Attune; open it once for writing to bring it up to date.`,
      { path },
    );
  const run = (statement: Compilable): void => {
    const { sql, parameters } = statement.compile();
    handle.prepare(sql).run(...parameters);
  };
  const upgrade = handle.transaction(() => {
    for (let version = schemaVersion(handle, path); version < SCHEMA_VERSION; version++) {
      migrations[version]?.(db).forEach(run);
      run(db.updateTable('attune_schema').set({ version: version + 1 }));
    }
  });
  upgrade.immediate();
}

function schemaVersion(handle: Database.Database, path: string): number {
  const tables = handle.prepare<[], string>("select name from sqlite_master where type = 'table'").pluck().all();
  if (!tables.includes('attune_schema')) {
    if (tables.length > 0)
      throw new TuneError(
        'no-database',
        `"${path}" is a database of another program (it has tables such as "${tables[0]}"); choose another path.`,
        { path },
      );
    return 0;
  }
  const version = handle.prepare<[], number>('select version from attune_schema').pluck().get() ?? 0;
  if (version > SCHEMA_VERSION)
    throw new TuneError(
      'newer-schema',
      `"${path}" was written by a newer version of Attune (schema ${version}, this one knows ${SCHEMA_VERSION}); update Attune.`,
      { path, version },
    );
  return version;
}

async function retryWhileBusy(timeoutMs: number, work: () => void): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (codeOf(error)?.startsWith('SQLITE_BUSY') !== true || performance.now() > deadline) throw error;
    }
    await sleep(10);
  }
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

/** What SQLite says, in a sentence with the path; anything else is passed on. */
function translate(error: unknown, path: string, busyTimeoutMs: number): unknown {
  if (isTuneError(error)) return error;
  const code = codeOf(error) ?? '';
  const sentence = (
    [
      ['SQLITE_NOTADB', 'no-database', `"${path}" is not a SQLite database; choose another path.`],
      ['SQLITE_CORRUPT', 'damaged-database', `the database "${path}" is damaged; restore it from a copy.`],
      [
        'SQLITE_BUSY',
        'storage-busy',
        `the database "${path}" stayed locked by another program for ${busyTimeoutMs / 1000} s; try again.`,
      ],
      ['SQLITE_FULL', 'storage-full', `the disk of "${path}" is full; nothing was lost, free some space and go on.`],
      ['SQLITE_READONLY', 'not-writable', `the database "${path}" cannot be written; check its permissions.`],
      [
        'SQLITE_CANTOPEN',
        'not-writable',
        `the database "${path}" cannot be opened; check that the path is right and writable.`,
      ],
      ['SQLITE_IOERR', 'storage-io', `reading or writing "${path}" failed (${code}); check the disk.`],
    ] as const
  ).find(([prefix]) => code.startsWith(prefix));
  return sentence === undefined ? error : new TuneError(sentence[1], sentence[2], { path, code });
}
