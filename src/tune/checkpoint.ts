/**
 * The state of a trial in training, on disk after each epoch, so that whoever takes the trial on goes on where it was, to the bit.
 *
 * A file is a line of JSON (identity, epoch, SHA-1 of the rest) and the state as V8 serialises it. It is written beside its place and renamed:
 * a reader finds the old one or the new one. Without an fsync, which would cost milliseconds an epoch: a killed process loses nothing, and what a power
 * failure has damaged fails its checksum and counts as absent. A file of another trial, study or experiment text has another identity and counts as absent, too.
 * An absent checkpoint costs time, never a result: the trial is trained from its start with the same seed.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Params, StudyDefinition } from '#core';
import type { FitState } from '#train';

/** Where a trial's checkpoint is, and what it must be of. */
export interface CheckpointPlace {
  readonly path: string;
  readonly identity: string;
}

interface Header {
  readonly identity: string;
  readonly epoch: number;
  readonly sha1: string;
}

/** The header's line is shorter than this: a hash, a number and a hash. */
const HEADER_BYTES = 512;

export interface IdentityFacts {
  readonly definition: StudyDefinition;
  readonly number: number;
  readonly params: Params;
  readonly seed: number;
  /** What --epochs says. */
  readonly epochs: number | null;
  /** The experiment's file: its text is part of the identity, so that no trial goes on under another model. */
  readonly file: string;
}

/** What two checkpoints must share to be of the same training. */
export function checkpointIdentity({ definition, number, params, seed, epochs, file }: IdentityFacts): string {
  const { name, createdAt } = definition;
  const facts = JSON.stringify({ name, createdAt, number, params, seed, epochs });
  return createHash('sha256').update(facts).update(readFileSync(file)).digest('hex');
}

export async function saveCheckpoint({ path, identity }: CheckpointPlace, state: FitState): Promise<void> {
  const body = serialize(state);
  const header: Header = { identity, epoch: state.epoch, sha1: sha1(body) };
  const temporary = `${path}.new-${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, [Buffer.from(`${JSON.stringify(header)}\n`), body]);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Null if there is none of this identity, or it is damaged. */
export async function loadCheckpoint({ path, identity }: CheckpointPlace): Promise<FitState | null> {
  try {
    const content = await readFile(path);
    const header = parseHeader(content);
    const body = content.subarray(content.indexOf('\n') + 1);
    if (header?.identity !== identity || header.sha1 !== sha1(body)) return null;
    return deserialize(body) as FitState; // written by saveCheckpoint, as identity and checksum say
  } catch {
    return null;
  }
}

/** The epoch a trial can go on from; null if there is no checkpoint of this identity. Reads the header alone. */
export function checkpointEpoch({ path, identity }: CheckpointPlace): number | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const start = Buffer.alloc(HEADER_BYTES);
    const header = parseHeader(start.subarray(0, readSync(file, start, 0, HEADER_BYTES, 0)));
    return header?.identity === identity ? header.epoch : null;
  } finally {
    closeSync(file);
  }
}

export const removeCheckpoint = (path: string): Promise<void> => rm(path, { force: true });

/** Removes what is left of checkpoints in a folder of trials, as after a kill: those of trials that are not to be kept, and half-written ones of them. */
export async function sweepCheckpoints(folder: string, keep: (number: number) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const number = /^(\d+)\.checkpoint(\.new-\d+)?$/.exec(name)?.[1];
    if (number !== undefined && !keep(Number(number))) await rm(join(folder, name), { force: true });
  }
}

function parseHeader(content: Buffer): Header | null {
  try {
    const line: unknown = JSON.parse(content.subarray(0, content.indexOf('\n')).toString());
    return typeof line === 'object' && line !== null && 'identity' in line ? (line as Header) : null; // our own format
  } catch {
    return null;
  }
}

const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');
