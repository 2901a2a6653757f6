/**
 * What the SQL storage needs of a database: one statement at a time, and transactions. Kysely writes the statements for both kinds of database and runs none of
 * them: better-sqlite3 answers at once and pg later, and a SQLite transaction that waits between its statements would hold a lock that another
 * connection of the same process waits for without ever letting this one go on. So a transaction is a generator that yields its statements and is given their
 * answers, written once: SQLite runs it without a pause, PostgreSQL over the network.
 */
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
} from 'kysely';
import type { Room } from '#core';
import { POSTGRES_SCHEMA, type Dialect, type Tables } from './schema.ts';

/** What a statement gives: the rows it returns, and how many it changed. */
export interface Answer<R = unknown> {
  readonly rows: readonly R[];
  readonly changed: number;
}

/** A transaction as its statements, one after the other. */
export type Steps<T> = Generator<CompiledQuery, T, Answer>;

/** The rows of one statement within a transaction. */
export function* rowsOf<R>(statement: CompiledQuery<R>): Steps<readonly R[]> {
  const { rows } = yield statement;
  return rows as readonly R[]; // of this statement, which Kysely has typed
}

export interface SqlDatabase {
  readonly dialect: Dialect;
  /** What messages call it: a path, or an address without its password. */
  readonly name: string;
  /** Names of the tables that are there. */
  readonly tableNames: CompiledQuery<{ readonly name: string }>;
  /** How much room the tables take. */
  readonly room: CompiledQuery<Room>;
  /** Statements that give free room back, each for itself. */
  readonly vacuum: readonly CompiledQuery[];
  /** Runs one statement as a transaction of its own. Throws a SqlTrouble, or a TuneError with a sentence. */
  run<R>(statement: CompiledQuery<R>): Promise<Answer<R>>;
  /** Runs the statements as one transaction, all or nothing; transactions on one database take turns, in whatever processes they are. Throws as `run`. */
  transaction<T>(steps: () => Steps<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * What a caller has an answer to:
 * - taken: another writer was faster with the same key;
 * - in-doubt: the connection broke after the statement was sent: it may be done or not.
 */
export class SqlTrouble extends Error {
  readonly kind: 'taken' | 'in-doubt';
  constructor(kind: 'taken' | 'in-doubt', cause: unknown) {
    super(`${kind}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.kind = kind;
  }
}

/** Writes statements in the words of a database. */
export function statementBuilder(dialect: Dialect): Kysely<Tables> {
  const driver = { createDriver: () => new DummyDriver() };
  if (dialect === 'sqlite')
    return new Kysely<Tables>({
      dialect: {
        ...driver,
        createAdapter: () => new SqliteAdapter(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    });
  return new Kysely<Tables>({
    dialect: {
      ...driver,
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  }).withSchema(POSTGRES_SCHEMA);
}
