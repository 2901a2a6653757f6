/**
 * One record of a TensorBoard event file: the message `Event` with one summary value.
 * Field numbers are those of event.proto, summary.proto, tensor.proto and tensor_shape.proto in tensorboard/compat/proto; the shapes of tensors and the names of
 * plugins those of tensorboard/plugins/{scalar,histogram,image,text}/metadata.py (the form that TensorFlow 2 writes).
 */
import { decodeHParams, encodeHParams, HPARAMS_TAGS, type HParamsRecord } from './hparams.ts';
import { bytes, decode, double, encode, integer, message, string, type Field, type Fields } from './wire.ts';

/** [left edge, right edge, count] */
export type Bucket = readonly [left: number, right: number, count: number];

export type SummaryValue =
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'histogram'; readonly tag: string; readonly buckets: readonly Bucket[] }
  | {
      readonly kind: 'image';
      readonly tag: string;
      readonly width: number;
      readonly height: number;
      readonly png: Uint8Array;
    }
  /** Markdown. */
  | { readonly kind: 'text'; readonly tag: string; readonly text: string }
  | { readonly kind: 'hparams'; readonly record: HParamsRecord };

export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly value: SummaryValue;
}

const VERSION = 'brain.Event:2';
const DATA_CLASS = { scalar: 1, tensor: 2, blobSequence: 3 } as const;
const DTYPE = { float: 1, double: 2, string: 7 } as const;

/** The first record of every file. */
export const encodeFileVersion = (wallTime: number): Uint8Array =>
  encode(double(1, wallTime), string(3, VERSION), message(10, string(1, 'attune')));

export function encodeEvent({ wallTime, step, value }: TensorBoardEvent): Uint8Array {
  return encode(double(1, wallTime), integer(2, step), message(5, message(1, ...valueFields(value))));
}

function valueFields(value: SummaryValue): Field[] {
  switch (value.kind) {
    case 'scalar': {
      const content = new Uint8Array(new Float32Array([value.value]).buffer);
      return [
        string(1, value.tag),
        message(8, ...tensor(DTYPE.float, [], content)),
        metadata('scalars', DATA_CLASS.scalar),
      ];
    }
    case 'histogram': {
      const content = new Uint8Array(Float64Array.from(value.buckets.flat()).buffer);
      return [
        string(1, value.tag),
        message(8, ...tensor(DTYPE.double, [value.buckets.length, 3], content)),
        metadata('histograms', DATA_CLASS.tensor),
      ];
    }
    case 'image': {
      const size = [value.width, value.height].map((n) => new TextEncoder().encode(String(n)));
      return [
        string(1, value.tag),
        message(8, ...strings([...size, value.png])),
        metadata('images', DATA_CLASS.blobSequence),
      ];
    }
    case 'text':
      return [
        string(1, value.tag),
        message(8, ...strings([new TextEncoder().encode(value.text)])),
        metadata('text', DATA_CLASS.tensor),
      ];
    case 'hparams':
      return [
        string(1, HPARAMS_TAGS[value.record.type]),
        message(8, ...tensor(DTYPE.float, [0], new Uint8Array(0))),
        metadata('hparams', DATA_CLASS.tensor, encodeHParams(value.record)),
      ];
  }
}

const metadata = (plugin: string, dataClass: number, content: Uint8Array = new Uint8Array(0)): Field =>
  message(9, message(1, string(1, plugin), bytes(2, content)), integer(4, dataClass));

const shapeField = (shape: readonly number[]): Field =>
  message(2, ...shape.map((size) => message(2, integer(1, size))));

const tensor = (dtype: number, shape: readonly number[], content: Uint8Array): Field[] => [
  integer(1, dtype),
  shapeField(shape),
  bytes(4, content),
];

const strings = (values: readonly Uint8Array[]): Field[] => [
  integer(1, DTYPE.string),
  shapeField([values.length]),
  ...values.map((value) => bytes(8, value)),
];

/** The inverse of `encodeEvent`, for the records that Attune writes; null for any other (the file's version, other plugins). */
export function decodeEvent(data: Uint8Array): TensorBoardEvent | null {
  const event = decode(data);
  const summary = event.message(5)?.message(1) ?? null;
  const value = summary === null ? null : readSummary(summary);
  return value === null ? null : { wallTime: event.double(1), step: event.integer(2), value };
}

function readSummary(summary: Fields): SummaryValue | null {
  const tag = summary.string(1);
  const plugin = summary.message(9)?.message(1);
  const tensor = summary.message(8);
  if (plugin === null || plugin === undefined || tensor === null) return null;
  const content = Uint8Array.from(tensor.bytes(4).at(-1) ?? []).buffer;
  switch (plugin.string(1)) {
    case 'scalars':
      return { kind: 'scalar', tag, value: new Float32Array(content)[0] ?? NaN };
    case 'histograms': {
      const edges = new Float64Array(content);
      const buckets = Array.from({ length: edges.length / 3 }, (_, i): Bucket => {
        const [left = NaN, right = NaN, count = NaN] = edges.subarray(3 * i, 3 * i + 3);
        return [left, right, count];
      });
      return { kind: 'histogram', tag, buckets };
    }
    case 'images': {
      const [width, height, png] = tensor.bytes(8);
      if (png === undefined) return null;
      const size = (text: Uint8Array | undefined): number => Number(new TextDecoder().decode(text));
      return { kind: 'image', tag, width: size(width), height: size(height), png };
    }
    case 'text':
      return { kind: 'text', tag, text: tensor.string(8) };
    case 'hparams': {
      const record = decodeHParams(plugin.bytes(2).at(-1) ?? new Uint8Array(0));
      return record === null ? null : { kind: 'hparams', record };
    }
    default:
      return null;
  }
}
