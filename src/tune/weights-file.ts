/**
 * The weights of a complete trial, kept on disk until the search has ended and the trial was evaluated on test; then removed.
 * Written whole or not at all: a run that is killed in between finds the file, or trains the trial again.
 */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';

type Weights = ReadonlyMap<string, Float32Array>;

const fileOf = (bundle: string): string => `${bundle}.weights`;

export async function saveWeights(bundle: string, weights: Weights): Promise<void> {
  const path = fileOf(bundle);
  const temporary = `${path}.new-${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(serialize(weights));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Null if there is no such file, or it cannot be read as weights. */
export async function loadWeights(bundle: string): Promise<Weights | null> {
  try {
    const weights: unknown = deserialize(await readFile(fileOf(bundle)));
    return isWeights(weights) ? weights : null;
  } catch {
    return null;
  }
}

export const removeWeights = (bundle: string): Promise<void> => rm(fileOf(bundle), { force: true });

const isWeights = (value: unknown): value is Weights =>
  value instanceof Map && [...value].every(([name, data]) => typeof name === 'string' && data instanceof Float32Array);
