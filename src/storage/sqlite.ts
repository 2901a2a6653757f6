/**
 * One SQLite file, shared by any number of processes of one machine (not over a network file system: WAL needs shared memory).
 * - WAL, so that readers and the one writer do not wait for each other; busy_timeout is set before anything else, so that writers queue up.
 * - synchronous = NORMAL: what was appended survives the death of any process (kill -9). A power failure or crash of the operating system may
 *   take the last commits, never the integrity of the file; FULL would cost an fsync (milliseconds) per report.
 */
import Database from 'better-sqlite3';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import { isTuneError, TuneError, type Storage } from '#core';
import { SqlTrouble, type Answer, type SqlDatabase, type Steps } from './sql-database.ts';
import { sqlStorage } from './sql-storage.ts';

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
  const handle = openFile(path, readonly, busyTimeoutMs);
  try {
    if (!readonly) {
      await retryWhileBusy(busyTimeoutMs, () => {
        // Changing the mode does not wait for locks by itself.
        if (handle.pragma('journal_mode', { simple: true }) !== 'wal') handle.pragma('journal_mode = WAL');
      });
      handle.pragma('synchronous = NORMAL');
    }
    return await sqlStorage(databaseOf(handle, path, busyTimeoutMs), readonly);
  } catch (error) {
    handle.close();
    throw translate(error, path, busyTimeoutMs);
  }
}

function databaseOf(handle: Database.Database, path: string, busyTimeoutMs: number): SqlDatabase {
  const prepared = new Map<string, Database.Statement<unknown[]>>();
  const run = ({ sql: text, parameters }: CompiledQuery): Answer => {
    let statement = prepared.get(text);
    if (statement === undefined) prepared.set(text, (statement = handle.prepare(text)));
    if (statement.reader) return { rows: statement.all(...parameters), changed: 0 };
    return { rows: [], changed: statement.run(...parameters).changes };
  };
  const answer = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw translate(error, path, busyTimeoutMs);
    }
  };
  return {
    dialect: 'sqlite',
    name: path,
    tableNames: CompiledQuery.raw("select name from sqlite_master where type = 'table'"),
    room: CompiledQuery.raw(
      'select page_count * page_size as bytes, freelist_count * page_size as free from pragma_page_count, pragma_page_size, pragma_freelist_count',
    ),
    // The second empties the -wal file, which has grown to the size of the new database.
    vacuum: ['vacuum', 'pragma wal_checkpoint(truncate)'].map((text) => CompiledQuery.raw(text)),
    run: <R>(statement: CompiledQuery<R>) => answer(() => run(statement) as Answer<R>), // rows of this statement, which Kysely has typed
    transaction: <T>(begin: () => Steps<T>) =>
      answer(() =>
        handle
          .transaction((): T => {
            const steps = begin();
            let step = steps.next();
            while (step.done !== true) step = steps.next(run(step.value));
            return step.value;
          })
          .immediate(),
      ),
    close: () =>
      answer(() => {
        handle.close();
      }),
  };
}

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
  if (code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY')
    return new SqlTrouble('taken', error);
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
