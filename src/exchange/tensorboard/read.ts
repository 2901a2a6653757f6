/** Reads event files back: what Attune wrote, and the same kinds of record from other writers in the form of TensorFlow 2. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeEvent, type TensorBoardEvent } from './event.ts';
import { records } from './record-file.ts';

/**
 * The events of a run's folder, files in the order of their names; records of kinds not known here are left out.
 * @throws TuneError `bad-record` naming file and byte of a damaged record.
 */
export async function readEvents(folder: string): Promise<TensorBoardEvent[]> {
  const files = (await readdir(folder)).filter((name) => name.includes('tfevents')).sort();
  const events: TensorBoardEvent[] = [];
  for (const file of files) {
    for (const record of records(await readFile(join(folder, file)), join(folder, file))) {
      const event = decodeEvent(record);
      if (event !== null) events.push(event);
    }
  }
  return events;
}
