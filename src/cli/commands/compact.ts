/** `attune compact [STUDY]`: packs the older events of one study or all, so that their storage takes less room; `--vacuum` gives what became free back to the system. */
import type { Compaction, Storage } from '#core';
import { openStorage, shownAddress, storageExists } from '#storage';
import { byteSize, count, groupedNumber } from '#text';
import type { CompactFlags } from '../flags.ts';
import { EXIT, unknownName, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { writeJson, writeLine } from '../output.ts';

export async function compact(
  study: string | undefined,
  { storage: url, vacuum, json }: CompactFlags,
): Promise<ExitCode> {
  const where = shownAddress(url);
  if (url === 'memory')
    throw usage('--storage memory keeps nothing on a disk; name a file, as sqlite:attune.db.', { url });
  if (!(await storageExists(url))) throw usage(`There is no study database at ${where}.`, { url: where });
  const storage = await openStorage(url);
  try {
    for (const { id, name, events } of await chosen(storage, study)) {
      const result = await storage.compact(id);
      if (json) writeJson({ study: name, log: events, ...result });
      else writeLine(`${name}: ${packedText(result, events)}`);
    }
    const before = await storage.room();
    if (vacuum) await storage.vacuum();
    const { bytes, free } = vacuum ? await storage.room() : before;
    if (json) writeJson({ storage: where, ...(vacuum ? { before: before.bytes } : {}), bytes, free });
    else
      writeLine(
        `${where}: ${vacuum ? `${byteSize(before.bytes)} before, ${byteSize(bytes)} now` : roomText(bytes, free)}`,
      );
    return EXIT.done;
  } finally {
    await storage.close();
  }
}

async function chosen(storage: Storage, study: string | undefined) {
  const all = (await storage.list()).map(({ id, definition: { name }, events }) => ({ id, name, events }));
  const found = study === undefined ? all : all.filter(({ name }) => name === study);
  if (study !== undefined && found.length === 0)
    throw unknownName(
      'study',
      study,
      all.map(({ name }) => name),
    );
  return found;
}

const packedText = ({ events, packed, before, after }: Compaction, log: number): string =>
  events === 0
    ? `nothing more to pack of ${count(log, 'event')}${packed === 0 ? '' : `, ${groupedNumber(packed)} are packed`}`
    : `${groupedNumber(events)} of ${groupedNumber(log)} events packed, ${byteSize(before)} into ${byteSize(after)}`;

const roomText = (bytes: number, free: number): string =>
  free === 0
    ? byteSize(bytes)
    : `${byteSize(bytes)}, ${byteSize(free)} of it free for new events; --vacuum gives that back to the system`;
