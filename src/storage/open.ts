/** Storages by address: 'memory', 'sqlite:PATH' or 'postgres://…'. */
import { existsSync } from 'node:fs';
import { TuneError, type Storage } from '#core';
import { isPostgres, shownAddress, sqlitePath } from './address.ts';
import { memory } from './memory.ts';

export interface OpenStorageOptions {
  /** Only read; never creates or changes anything. */
  readonly readonly?: boolean;
}

export async function openStorage(address: string, options: OpenStorageOptions = {}): Promise<Storage> {
  if (address === 'memory') return memory();
  const path = sqlitePath(address);
  // Loaded on first use: a study in memory needs no database.
  if (path !== null) return (await import('./sqlite.ts')).sqlite(path, options);
  if (isPostgres(address)) return (await import('./postgres.ts')).postgres(address, options);
  throw new TuneError(
    'bad-storage',
    `unknown storage "${shownAddress(address)}"; known: "memory", "sqlite:PATH", "postgres://…".`,
    { address: shownAddress(address) },
  );
}

/** Whether there is something at the address to open; makes nothing. */
export async function storageExists(address: string): Promise<boolean> {
  const path = sqlitePath(address);
  if (path !== null) return existsSync(path);
  return !isPostgres(address) || (await import('./postgres.ts')).postgresHasTables(address);
}
