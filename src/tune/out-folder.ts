/**
 * Where a study's files lie: OUT/STUDY/trials/N for the bundle of each complete trial, N.checkpoint for one that is under way, and OUT/STUDY/best, a copy of
 * the best one's bundle.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TuneError } from '#math';

/** A study's name as the name of one folder, whatever characters it has. */
const folderName = (study: string): string => encodeURIComponent(study).replace(/^\./, '%2E').replaceAll('*', '%2A');

export const trialFolder = (out: string, study: string, number: number): string =>
  join(out, folderName(study), 'trials', String(number));
/** The state of a trial in training; beside the bundle that it will have. */
export const checkpointFile = (out: string, study: string, number: number): string =>
  `${trialFolder(out, study, number)}.checkpoint`;
export const bestFolder = (out: string, study: string): string => join(out, folderName(study), 'best');

/** Refuses a folder in which nothing could be written, before a run begins; makes nothing. */
export function checkWritable(out: string): void {
  const path = resolve(out);
  let there = path;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  try {
    if (!statSync(there).isDirectory()) throw new Error('it is a file');
    accessSync(there, constants.W_OK);
  } catch (error) {
    const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
    throw new TuneError(
      'outFolder',
      `Nothing can be written to ${out} (${there}: ${why}); name another folder by --out.`,
      { out },
    );
  }
}

/** Another run of the study may be replacing the same folders at the same moment: then it is tried again. */
const TRIES = 10;
const PAUSE_MS = 100;

/** Replaces a folder by a copy of another; a reader sees the old one, the new one, or for a moment none, never a mixture. */
export async function replaceFolder(from: string, to: string): Promise<void> {
  for (let left = TRIES; ; left--) {
    try {
      return await replaceOnce(from, to);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : '';
      if (left === 0 || (code !== 'ENOENT' && code !== 'ENOTEMPTY')) throw error;
    }
    await sleep(PAUSE_MS);
  }
}

/** Runs of one process must not share a name either. */
let copies = 0;

async function replaceOnce(from: string, to: string): Promise<void> {
  const mine = `${process.pid}-${copies++}`;
  const copy = `${to}.new-${mine}`;
  const old = `${to}.old-${mine}`;
  await mkdir(dirname(to), { recursive: true });
  await rm(copy, { recursive: true, force: true });
  await cp(from, copy, { recursive: true });
  if (existsSync(to)) await rename(to, old);
  await rename(copy, to);
  await rm(old, { recursive: true, force: true });
}
