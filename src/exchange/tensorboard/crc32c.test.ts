import { expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from './crc32c.ts';

test.each([
  // RFC 3720, appendix B.4
  ['32 bytes of zeroes', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 bytes incrementing', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 bytes decrementing', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  // the check value of the Rocksoft catalogue entry CRC-32/ISCSI
  ['"123456789"', new TextEncoder().encode('123456789'), 0xe3069283],
])('crc32c of %s is that of the standard', (_, bytes, crc) => {
  expect(crc32c(bytes)).toBe(crc);
});

test('masking rotates by 15 bits and adds the constant, modulo 2^32', () => {
  const crc = 0xe3069283n;
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  const expected = (rotated + 0xa282ead8n) & 0xffffffffn; // the same rule in exact integers
  expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe(Number(expected));
});
