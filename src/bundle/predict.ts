/**
 * Predictions for files: an image gives one, a CSV file one for each of its rows. Every input is encoded as the training
 * rows were; what does not fit names the file, and the line where there is one.
 */
import { readFile } from 'node:fs/promises';
import { encodeInput, readRecords } from '#data';
import { TuneError } from '#math';
import { isSystemError } from './folder.ts';
import type { Bundle, Prediction } from './load.ts';

export interface FilePrediction {
  /** The path, or `path, line 7` for a row of a CSV file. */
  readonly input: string;
  readonly prediction: Prediction;
}

export async function predictFile(bundle: Bundle, path: string): Promise<FilePrediction[]> {
  const { preprocessing } = bundle.manifest;
  const inputs = preprocessing.kind === 'image' ? [await imageAt(path)] : await rowsAt(path, preprocessing.kind);
  const rows: Float32Array[] = [];
  for (const { input, content } of inputs) rows.push(await encodeInput(preprocessing, content, input));
  const predictions = await bundle.predict(rows);
  return predictions.map((prediction, i) => ({ input: inputs[i]?.input ?? path, prediction }));
}

interface Input {
  readonly input: string;
  readonly content: unknown;
}

async function imageAt(path: string): Promise<Input> {
  try {
    return { input: path, content: await readFile(path) };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new TuneError('badInput', `${path} ${why}: give the path of a PNG or JPEG image.`, { path });
  }
}

/** Rows of a CSV file: cells by column name for a table, numbers in column order for a model of plain numbers. */
async function rowsAt(path: string, kind: 'table' | 'array'): Promise<Input[]> {
  const records = await readRecords(path);
  return records.map(({ line, record }) => ({
    input: `${path}, line ${line}`,
    content: kind === 'table' ? record : Object.values(record).map((cell) => (cell === '' ? NaN : Number(cell))),
  }));
}
