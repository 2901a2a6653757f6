/** The tables of a study database and how older ones become today's. */
import type { Compilable, Generated, Kysely } from 'kysely';

export interface Tables {
  attune_schema: { version: number };
  studies: { id: Generated<number>; name: string; definition: string };
  events: { study_id: number; seq: number; json: string };
  beats: { study_id: number; worker: string; count: number };
  /** The newest snapshot of a study: its state after `seq` events, and the CRC-32 of the bytes as a signed number. */
  snapshots: { study_id: number; seq: number; crc: number; bytes: Uint8Array };
  /** Events that were packed: `first` … `last`, without gaps from 1 on; they are rows of `events` no more. The end of a log is never packed. */
  segments: { study_id: number; first: number; last: number; bytes: Uint8Array };
}

export type Dialect = 'sqlite' | 'postgres';

/** The tables' own place in a PostgreSQL database, which may hold other programs' tables as well. */
export const POSTGRES_SCHEMA = 'attune';

const bytesType = (dialect: Dialect) => (dialect === 'postgres' ? 'bytea' : 'blob');

/** The version that brought snapshots and segments; an older database that is only read has none. */
export const WITH_SEGMENTS = 3;

/**
 * Migration i turns version i into version i + 1; a new database runs all of them. They are never changed once released: a change of
 * the tables is one more entry. Version 0 is a database without tables.
 */
export const migrations: readonly ((db: Kysely<Tables>, dialect: Dialect) => readonly Compilable[])[] = [
  (db, dialect) => [
    ...(dialect === 'postgres' ? [db.schema.createSchema(POSTGRES_SCHEMA).ifNotExists()] : []),
    db.schema.createTable('attune_schema').addColumn('version', 'integer', (c) => c.notNull()),
    db.insertInto('attune_schema').values({ version: 0 }),
    db.schema
      .createTable('studies')
      .addColumn('id', 'integer', (c) =>
        dialect === 'postgres' ? c.primaryKey().generatedByDefaultAsIdentity() : c.primaryKey().autoIncrement(),
      )
      .addColumn('name', 'text', (c) => c.notNull().unique())
      .addColumn('definition', 'text', (c) => c.notNull()),
    db.schema
      .createTable('events')
      .addColumn('study_id', 'integer', (c) => c.notNull().references('studies.id'))
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('json', 'text', (c) => c.notNull())
      .addPrimaryKeyConstraint('events_pk', ['study_id', 'seq']),
  ],
  (db) => [
    db.schema
      .createTable('beats')
      .addColumn('study_id', 'integer', (c) => c.notNull().references('studies.id'))
      .addColumn('worker', 'text', (c) => c.notNull())
      .addColumn('count', 'integer', (c) => c.notNull())
      .addPrimaryKeyConstraint('beats_pk', ['study_id', 'worker']),
  ],
  (db, dialect) => [
    db.schema
      .createTable('snapshots')
      .addColumn('study_id', 'integer', (c) => c.primaryKey().references('studies.id'))
      .addColumn('seq', 'integer', (c) => c.notNull())
      .addColumn('crc', 'integer', (c) => c.notNull())
      .addColumn('bytes', bytesType(dialect), (c) => c.notNull()),
    db.schema
      .createTable('segments')
      .addColumn('study_id', 'integer', (c) => c.notNull().references('studies.id'))
      .addColumn('first', 'integer', (c) => c.notNull())
      .addColumn('last', 'integer', (c) => c.notNull())
      .addColumn('bytes', bytesType(dialect), (c) => c.notNull())
      .addPrimaryKeyConstraint('segments_pk', ['study_id', 'first']),
  ],
];

/** What this version of Attune reads and writes. */
export const SCHEMA_VERSION = migrations.length;
