/**
 * Writes an event file that TensorBoard shows: `tensorboard --logdir DIR`. A run is a folder; each writer adds a file of its own to it.
 * Records are appended whole, so a reader of a file that is still written sees everything up to a record's end.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TuneError } from '#core';
import { encodeEvent, encodeFileVersion, type SummaryValue } from './event.ts';
import { buckets } from './histogram.ts';
import type { HParamsRecord } from './hparams.ts';
import { frame } from './record-file.ts';

/** When something happened: its step, and the time in milliseconds since 1970 (default: now). */
export interface SummaryOptions {
  readonly at?: number;
}

export interface SummaryWriter {
  /** The file that is written. */
  readonly file: string;
  /** A point of the series `tag`; kept as float32. NaN and infinities are drawn as such by TensorBoard. */
  scalar(tag: string, step: number, value: number, options?: SummaryOptions): void;
  /** How numbers (weights, say) are distributed at a step. */
  histogram(tag: string, step: number, values: Iterable<number>, options?: SummaryOptions): void;
  /** A picture; its size is read from the PNG. @throws TuneError `bad-image` if it is no PNG. */
  image(tag: string, step: number, png: Uint8Array, options?: SummaryOptions): void;
  /** Markdown. */
  text(tag: string, step: number, markdown: string, options?: SummaryOptions): void;
  /** A record of the HParams tab. */
  hparams(record: HParamsRecord, options?: SummaryOptions): void;
}

let written = 0;

/** @throws TuneError `unwritable` if the folder cannot be written. */
export function summaryWriter(folder: string): SummaryWriter {
  const now = (): number => Date.now();
  // TensorBoard takes any file with "tfevents" in its name; files of a run are read in the order of their names.
  const file = join(
    folder,
    `events.out.tfevents.${Math.floor(now() / 1000)}.${hostname()}.${process.pid}.${written++}`,
  );
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, frame(encodeFileVersion(now() / 1000)), { flag: 'wx' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TuneError('unwritable', `TensorBoard events cannot be written to ${folder}: ${reason}.`, { folder });
  }
  const add = (value: SummaryValue, step: number, at = now()): void => {
    appendFileSync(file, frame(encodeEvent({ wallTime: at / 1000, step, value })));
  };
  return {
    file,
    scalar: (tag, step, value, { at } = {}) => {
      add({ kind: 'scalar', tag, value }, step, at);
    },
    histogram: (tag, step, values, { at } = {}) => {
      add({ kind: 'histogram', tag, buckets: buckets(values) }, step, at);
    },
    image: (tag, step, png, { at } = {}) => {
      add({ kind: 'image', tag, ...pngSize(png), png }, step, at);
    },
    text: (tag, step, text, { at } = {}) => {
      add({ kind: 'text', tag, text }, step, at);
    },
    hparams: (record, { at } = {}) => {
      add({ kind: 'hparams', record }, 0, at);
    },
  };
}

/** Width and height stand in the header chunk, bytes 16 to 23 (PNG specification, §11.2.2). */
function pngSize(png: Uint8Array): { width: number; height: number } {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (png.length < 24 || signature.some((byte, i) => png[i] !== byte)) {
    throw new TuneError('bad-image', 'image: the bytes are not a PNG; encode the picture as PNG first.');
  }
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
