/**
 * Predictions for files: an image or a recording gives one, a CSV file one for each of its rows, a text file one for each of its lines. Every input is encoded as the training
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
  const { kind } = preprocessing;
  const isTable = /\.(csv|tsv)$/i.test(path);
  const inputs =
    kind === 'image' || kind === 'audio'
      ? [await wholeFile(path, kind === 'image' ? 'a PNG or JPEG image' : 'a WAV file')]
      : kind === 'text' && !isTable
        ? await linesAt(path)
        : await rowsAt(path, kind);
  const rows: Float32Array[] = [];
  for (const { input, content } of inputs) rows.push(await encodeInput(preprocessing, content, input));
  const predictions = await bundle.predict(rows);
  return predictions.map((prediction, i) => ({ input: inputs[i]?.input ?? path, prediction }));
}

interface Input {
  readonly input: string;
  readonly content: unknown;
}

const wholeFile = async (path: string, what: string): Promise<Input> => ({
  input: path,
  content: await read(path, what),
});

/** Lines that hold something. */
async function linesAt(path: string): Promise<Input[]> {
  const lines = new TextDecoder().decode(await read(path, 'a text file, or of a CSV or TSV table')).split(/\r?\n/);
  return lines.flatMap((content, i) => (content.trim() === '' ? [] : [{ input: `${path}, line ${i + 1}`, content }]));
}

async function read(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why = error.code === 'ENOENT' ? 'does not exist' : `cannot be read (${error.code})`;
    throw new TuneError('badInput', `${path} ${why}: give the path of ${what}.`, { path });
  }
}

/** Rows of a CSV file: cells by column name for tables and texts, numbers in column order for a model of plain numbers. */
async function rowsAt(path: string, kind: 'table' | 'array' | 'text'): Promise<Input[]> {
  const records = await readRecords(path);
  return records.map(({ line, record }) => ({
    input: `${path}, line ${line}`,
    content: kind === 'array' ? Object.values(record).map((cell) => (cell === '' ? NaN : Number(cell))) : record,
  }));
}
