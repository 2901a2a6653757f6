import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, records } from './record-file.ts';

const join = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

test('what was framed is read back, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (parts) => {
      expect([...records(join(parts.map(frame)))]).toEqual(parts);
    }),
  );
});

test('a file cut anywhere gives the records before the cut', () => {
  const parts = [[1, 2, 3], [], [4]].map((bytes) => Uint8Array.from(bytes));
  const file = join(parts.map(frame));
  const ends = [19, 35, 52]; // 16 bytes around each
  for (let length = 0; length <= file.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    expect([...records(file.subarray(0, length))]).toEqual(parts.slice(0, whole));
  }
});

test('a flipped bit is found, and the sentence names file and byte', () => {
  const file = join([frame(Uint8Array.of(1, 2, 3)), frame(Uint8Array.of(4, 5))]);
  for (let byte = 0; byte < file.length; byte++) {
    const damaged = Uint8Array.from(file);
    damaged[byte]! ^= 0x10;
    expect(() => [...records(damaged, 'events.1')]).toThrow(/^events\.1: the checksum of .+ at byte \d+ is wrong/);
  }
});
