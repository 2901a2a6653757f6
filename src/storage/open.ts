/** Storages by address: 'memory' or 'sqlite:PATH'. */
import { TuneError, type Storage } from '#core';
import { memory } from './memory.ts';

export interface OpenStorageOptions {
  /** Only read; never creates or changes a file. */
  readonly readonly?: boolean;
}

export async function openStorage(address: string, options: OpenStorageOptions = {}): Promise<Storage> {
  if (address === 'memory') return memory();
  const path = /^sqlite:(.+)$/.exec(address)?.[1];
  // Loaded on first use: a study in memory needs no database.
  if (path !== undefined) return (await import('./sqlite.ts')).sqlite(path, options);
  throw new TuneError('bad-storage', `unknown storage "${address}"; known: "memory", "sqlite:PATH".`, { address });
}
