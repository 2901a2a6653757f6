/**
 * A PostgreSQL database, shared by any number of processes on any number of machines. Needs the package `pg` (optional: loaded here, on first use).
 * - All tables lie in a schema of their own, `attune`: other programs' tables of the same names do not matter.
 * - A server that goes away (restart, broken network) is waited for. What was on its way when the connection broke is `in-doubt`; the storage looks at the log
 *   to see whether it arrived. A commit is answered when it is on the server's disk (synchronous_commit, unless the server says otherwise).
 * - Transactions take turns by an advisory lock: so of several processes that meet a new database one makes the tables.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledQuery } from 'kysely';
import type * as pg from 'pg';
import type { Pool, PoolClient } from 'pg';
import { isTuneError, TuneError, type Storage } from '#core';
import { shownAddress } from './address.ts';
import { POSTGRES_SCHEMA } from './schema.ts';
import { SqlTrouble, type Answer, type SqlDatabase, type Steps } from './sql-database.ts';
import { schemaVersion, sqlStorage } from './sql-storage.ts';

interface PostgresOptions {
  /** Only read; a database without our tables is an error. */
  readonly readonly?: boolean;
  /** How long to wait for a lock that another program holds on the tables. */
  readonly lockTimeoutMs?: number;
  /** How long to wait for a server that was there before and is gone. */
  readonly patienceMs?: number;
}

export async function postgres(address: string, options: PostgresOptions = {}): Promise<Storage> {
  const database = await openDatabase(address, options);
  try {
    return await sqlStorage(database, options.readonly ?? false);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Whether the database has our tables; makes nothing. */
export async function postgresHasTables(address: string): Promise<boolean> {
  const database = await openDatabase(address, { readonly: true });
  try {
    return (await schemaVersion(database)) > 0;
  } finally {
    await database.close();
  }
}

type Driver = Pick<typeof pg, 'Pool'>;

/** @internal The driver, or the sentence that says how to get it. */
export async function loadDriver(load: () => Promise<Driver> = () => import('pg')) {
  try {
    return await load();
  } catch (error) {
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new TuneError(
      'missing-package',
      'studies in PostgreSQL need the package "pg", which is not installed; install it by "npm install pg".',
    );
  }
}

/** Calls of a study take turns; the rest is for heartbeats and readers beside them. */
const CONNECTIONS = 4;
/** "attune" on a phone's keys: what our transactions lock. */
const LOCK_KEY = 288_863;

async function openDatabase(
  address: string,
  { readonly = false, lockTimeoutMs = 15_000, patienceMs = 60_000 }: PostgresOptions,
): Promise<SqlDatabase> {
  const name = shownAddress(address);
  if (!URL.canParse(address))
    throw new TuneError('bad-storage', `"${name}" is no address; wanted postgres://USER:PASSWORD@HOST:PORT/DATABASE.`, {
      address: name,
    });
  const { Pool } = await loadDriver();
  const settings = `select set_config('lock_timeout', '${lockTimeoutMs}', false), set_config('default_transaction_read_only', '${readonly ? 'on' : 'off'}', false)`;
  const pool: Pool = new Pool({
    connectionString: address,
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    // An idle storage keeps no process alive.
    allowExitOnIdle: true,
    keepAlive: true,
    application_name: 'attune',
    verify: (client, done) => void client.query(settings).then(() => done(), done),
  });
  // A connection that breaks is noticed by the next statement; without a listener the event would end the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  let reached = false;
  const asTrouble = (error: unknown): unknown => translate(error, name);
  const connect = async (): Promise<PoolClient> => {
    const began = performance.now();
    for (let waitMs = 50; ; waitMs = Math.min(2 * waitMs, 1000)) {
      try {
        const client = await pool.connect();
        reached = true;
        return client;
      } catch (error) {
        if (!isAway(error)) throw asTrouble(error);
        // At first sight a server that is not there is a wrong address, but one that is just starting is there.
        const patient = reached || codeOf(error) === '57P03';
        if (!patient || performance.now() - began > patienceMs) throw away(error, name, patient ? patienceMs : 0);
      }
      await sleep(waitMs);
    }
  };
  const query = async (client: PoolClient, { sql, parameters }: CompiledQuery): Promise<Answer> => {
    const { rows, rowCount } = await client.query<object>(sql, [...parameters]);
    return { rows, changed: rowCount ?? 0 };
  };
  const withClient = async <T>(work: (client: PoolClient) => Promise<T>): Promise<T> => {
    const client = await connect();
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(isAway(error));
      throw isAway(error) ? new SqlTrouble('in-doubt', error) : asTrouble(error);
    }
  };
  let closing: Promise<void> | null = null;
  return {
    dialect: 'postgres',
    name,
    tableNames: CompiledQuery.raw(
      `select tablename as name from pg_catalog.pg_tables where schemaname = '${POSTGRES_SCHEMA}'`,
    ),
    // What a table keeps free is not told without an extension.
    room: CompiledQuery.raw(
      `select sum(pg_total_relation_size(format('%I.%I', schemaname, tablename)::regclass))::float8 as bytes, 0 as free from pg_catalog.pg_tables where schemaname = '${POSTGRES_SCHEMA}'`,
    ),
    vacuum: ['events', 'segments', 'snapshots'].map((table) =>
      CompiledQuery.raw(`vacuum full ${POSTGRES_SCHEMA}.${table}`),
    ),
    run: <R>(statement: CompiledQuery<R>) =>
      withClient(async (client) => (await query(client, statement)) as Answer<R>), // rows of this statement, which Kysely has typed
    transaction: <T>(begin: () => Steps<T>) =>
      withClient(async (client) => {
        await client.query('begin');
        try {
          await client.query(`select pg_advisory_xact_lock(${LOCK_KEY})`);
          const steps = begin();
          let step = steps.next();
          while (step.done !== true) step = steps.next(await query(client, step.value));
          await client.query('commit');
          return step.value;
        } catch (error) {
          if (!isAway(error)) await client.query('rollback');
          throw error;
        }
      }),
    close: () => (closing ??= pool.end()),
  };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The server or the way to it is gone, or it has no room for us now: to be tried again. Codes: Node's, and PostgreSQL's appendix A. */
function isAway(error: unknown): boolean {
  const code = codeOf(error);
  // Classes 08 connection exception; 57P01…57P03 shut down, crashed, starting; 53300 too many connections.
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|08...|57P0[123]|53300)$/.test(code)) return true;
  return code === '' && error instanceof Error && /connection (terminated|error|timeout)|timeout/i.test(error.message);
}

const away = (error: unknown, name: string, waitedMs: number): TuneError =>
  waitedMs === 0
    ? new TuneError(
        'no-database',
        `the PostgreSQL server of ${name} cannot be reached (${reason(error)}); check host and port, and that it runs.`,
        { address: name },
      )
    : new TuneError(
        'storage-away',
        `the PostgreSQL server of ${name} has been away for ${waitedMs / 1000} s (${reason(error)}); what was told before is kept, go on when it is back.`,
        { address: name },
      );

const reason = (error: unknown): string => codeOf(error) || (error instanceof Error ? error.message : String(error));

/** What PostgreSQL says, in a sentence that names the database; what is not its own is passed on. */
function translate(error: unknown, name: string): unknown {
  const code = codeOf(error);
  if (isTuneError(error) || error instanceof SqlTrouble || !(error instanceof Error) || code === '') return error;
  // A unique key, or the isolation level of this server (serialization failure, deadlock).
  if (code === '23505' || code === '40001' || code === '40P01') return new SqlTrouble('taken', error);
  const sentence = (
    [
      [
        /^28/,
        'no-database',
        `${name} refuses the user or the password; PGPASSWORD or ~/.pgpass may hold the password.`,
      ],
      [/^3D000$/, 'no-database', `there is no database as ${name} names; create it by "createdb".`],
      [/^(ENOTFOUND|EAI_AGAIN)$/, 'no-database', `the host of ${name} is unknown; check its name.`],
      [/^42501$/, 'not-writable', `the user of ${name} may not do this (${error.message}); grant it.`],
      [/^25006$/, 'not-writable', `${name} can only be read.`],
      [/^55P03$/, 'storage-busy', `the tables of ${name} stayed locked by another program; try again.`],
      [/^53100$/, 'storage-full', `the disk of ${name} is full; nothing was lost, free some space and go on.`],
      [/^22(021|P05)$/, 'bad-text', `${name} cannot keep this text (${error.message}); leave out the character.`],
      [/^[0-9A-Z]{5}$/, 'storage-io', `PostgreSQL at ${name} failed: ${error.message} (${code}).`],
    ] as const
  ).find(([pattern]) => pattern.test(code));
  return sentence === undefined ? error : new TuneError(sentence[1], sentence[2], { address: name, code });
}
