/** Reads event files back: what Attune wrote, and the same kinds of record from other writers in the form of TensorFlow 2. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isTuneError } from '#core';
import { decodeEvent, type TensorBoardEvent } from './event.ts';
import { records } from './record-file.ts';

const eventFiles = (names: readonly string[]): string[] => names.filter((name) => name.includes('tfevents')).sort();

/**
 * The events of a run's folder, files in the order of their names; records of kinds not known here are left out.
 * @throws TuneError `bad-record` naming file and byte of a damaged record.
 */
export async function readEvents(folder: string): Promise<TensorBoardEvent[]> {
  const events: TensorBoardEvent[] = [];
  for (const file of eventFiles(await readdir(folder))) {
    const path = join(folder, file);
    events.push(...eventsOf(await readFile(path), path));
  }
  return events;
}

/** As `readEvents`, at once; of each file what stands before the first damage, as TensorBoard shows it; none of a folder that is not there. */
export function undamagedEvents(folder: string): TensorBoardEvent[] {
  const events: TensorBoardEvent[] = [];
  if (!existsSync(folder)) return events;
  for (const file of eventFiles(readdirSync(folder))) {
    const path = join(folder, file);
    try {
      for (const event of eventsOf(readFileSync(path), path)) events.push(event);
    } catch (error) {
      if (!isTuneError(error) || error.code !== 'bad-record') throw error;
    }
  }
  return events;
}

function* eventsOf(bytes: Uint8Array, path: string): Generator<TensorBoardEvent> {
  for (const record of records(bytes, path)) {
    const event = decodeEvent(record);
    if (event !== null) yield event;
  }
}
