/**
 * Protocol buffer messages as nested field numbers (https://protobuf.dev/programming-guides/encoding):
 *   encode(double(1, time), message(5, string(1, tag)))      decode(bytes).double(1)      decode(bytes).message(5)?.string(1)
 * proto3: a scalar field at its default is not written, and reads as its default where it is absent.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** Writes one field into its message. */
export type Field = (writer: BinaryWriter) => void;

/** The bytes of a message. */
export function encode(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const field of fields) field(writer);
  return writer.finish();
}

/** A message within a message; written even if it is empty. */
export const message =
  (number: number, ...fields: readonly Field[]): Field =>
  (writer) =>
    void writer.tag(number, WireType.LengthDelimited).bytes(encode(...fields));

/** Bytes, written even if there are none. */
export const bytes =
  (number: number, value: Uint8Array): Field =>
  (writer) =>
    void writer.tag(number, WireType.LengthDelimited).bytes(value);

export const string =
  (number: number, value: string): Field =>
  (writer) => {
    if (value !== '') writer.tag(number, WireType.LengthDelimited).string(value);
  };

export const double =
  (number: number, value: number): Field =>
  (writer) => {
    if (!Object.is(value, 0)) writer.tag(number, WireType.Bit64).double(value);
  };

/** Also for enumerations and booleans. */
export const integer =
  (number: number, value: number): Field =>
  (writer) => {
    if (value !== 0) writer.tag(number, WireType.Varint).int64(value);
  };

/** The fields of a message by number; of a field that is not repeated the last one counts. */
export interface Fields {
  messages(number: number): readonly Fields[];
  message(number: number): Fields | null;
  bytes(number: number): readonly Uint8Array[];
  string(number: number): string;
  double(number: number): number;
  integer(number: number): number;
  has(number: number): boolean;
}

/** @throws Error if the bytes are not a message. */
export function decode(data: Uint8Array): Fields {
  const found = new Map<number, (Uint8Array | number)[]>();
  const reader = new BinaryReader(data);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const values = found.get(number) ?? [];
    found.set(number, values);
    if (type === WireType.LengthDelimited) values.push(reader.bytes());
    else if (type === WireType.Varint) values.push(Number(reader.int64()));
    else if (type === WireType.Bit64) values.push(reader.double());
    else if (type === WireType.Bit32) values.push(reader.float());
    else reader.skip(type, number);
  }
  const blobs = (number: number): Uint8Array[] =>
    (found.get(number) ?? []).filter((value) => value instanceof Uint8Array);
  const amount = (number: number): number => {
    const value = found.get(number)?.at(-1);
    return typeof value === 'number' ? value : 0;
  };
  return {
    messages: (number) => blobs(number).map(decode),
    message: (number) => blobs(number).slice(-1).map(decode)[0] ?? null,
    bytes: blobs,
    string: (number) => new TextDecoder().decode(blobs(number).at(-1)),
    double: amount,
    integer: amount,
    has: (number) => found.has(number),
  };
}
