/**
 * The frame around each record of a TFRecord file (https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details"):
 *   uint64 length · uint32 masked CRC-32C of the length · bytes · uint32 masked CRC-32C of the bytes      all little-endian
 */
import { TuneError } from '#core';
import { maskedCrc32c } from './crc32c.ts';

const HEAD = 12;
const TAIL = 4;

/** One record, ready to be appended to a file. */
export function frame(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(HEAD + data.length + TAIL);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc32c(data), true);
  return record;
}

/**
 * The records of a file's bytes. A last record that is cut off is left out: its writer is still at work, or was killed.
 * @throws TuneError `bad-record` that names the byte where a checksum is wrong.
 */
export function* records(bytes: Uint8Array, name = 'record file'): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const check = (data: Uint8Array, at: number, what: string): void => {
    if (view.getUint32(at, true) === maskedCrc32c(data)) return;
    throw new TuneError(
      'bad-record',
      `${name}: the checksum of ${what} at byte ${at} is wrong; the file is damaged from here on.`,
      { name, byte: at },
    );
  };
  let at = 0;
  while (at + HEAD <= bytes.length) {
    check(bytes.subarray(at, at + 8), at + 8, "a record's length");
    const start = at + HEAD;
    const end = start + Number(view.getBigUint64(at, true));
    if (end + TAIL > bytes.length) return;
    const data = bytes.subarray(start, end);
    check(data, end, 'a record');
    yield data;
    at = end + TAIL;
  }
}
