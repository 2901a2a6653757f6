/**
 * Encodes one new input the way the training rows were encoded: for predicting with a saved model.
 *   image   the bytes of a JPEG or PNG file         array   numbers, also nested lists
 *   table   a record of cells by column name        text    a text, or a record that has it in its column
 *   audio   the bytes of a WAV file                pair    a source text
 */
import { didYouMean, TuneError } from '#math';
import {
  rowSize,
  type ArrayPreprocessing,
  type ImagePreprocessing,
  type Preprocessing,
  type TablePreprocessing,
  type TextPreprocessing,
} from './dataset.ts';
import { encodeWav } from './audio/audio-set.ts';
import { encodeSource } from './pair-set.ts';
import { decodeImage, toPlanes } from './decode-image.ts';
import { encodeArray } from './from-arrays.ts';
import { pixelTables } from './image-set.ts';
import { cellNumber, isMissing, readTable } from './read-table.ts';
import { numberTokens, tokenize } from './tokenize.ts';
import { categoryIndex, encodeRows, tableWidth } from './table-encoding.ts';

/** `where` names the input in messages: a path, or a path and line. */
export async function encodeInput(
  preprocessing: Preprocessing,
  input: unknown,
  where = 'the input',
): Promise<Float32Array> {
  switch (preprocessing.kind) {
    case 'image':
      return encodeImage(preprocessing, input, where);
    case 'array':
      return encodeNumbers(preprocessing, input, where);
    case 'table':
      return encodeCells(preprocessing, input, where);
    case 'text':
      return encodeText(preprocessing, input, where);
    case 'pair':
      if (typeof input === 'string') return encodeSource(preprocessing, input);
      throw new TuneError('badInput', `${where}: this model takes texts.`);
    case 'audio':
      if (input instanceof Uint8Array) return encodeWav(preprocessing, input, where);
      throw new TuneError(
        'badInput',
        `${where}: this model takes recordings, so the input must be the bytes of a WAV file.`,
      );
  }
}

/** Rows of a CSV file as records for `encodeInput`, with the line each came from. */
export async function readRecords(
  path: string,
): Promise<{ readonly line: number; readonly record: Readonly<Record<string, string>> }[]> {
  const { names, columns, lines } = await readTable(path);
  return lines.map((line, i) => ({
    line,
    record: Object.fromEntries(names.map((name, c) => [name, columns[c]?.[i] ?? ''])),
  }));
}

async function encodeImage(preprocessing: ImagePreprocessing, input: unknown, where: string): Promise<Float32Array> {
  if (!(input instanceof Uint8Array)) {
    throw new TuneError(
      'badInput',
      `${where}: this model takes images, so the input must be the bytes of a JPEG or PNG file.`,
    );
  }
  const { channels, height, width, resize = false } = preprocessing;
  const bitmap = await decodeImage(input, where, resize ? { size: { height, width } } : {});
  if (bitmap.height !== height || bitmap.width !== width) {
    throw new TuneError(
      'imageSize',
      `${where} is ${bitmap.height} × ${bitmap.width} pixels (height × width), this model takes ${height} × ${width}.`,
      {
        path: where,
        height: bitmap.height,
        width: bitmap.width,
      },
    );
  }
  if (channels !== 1 && channels !== 3) {
    throw new TuneError(
      'badInput',
      `${where}: this model takes images of ${channels} channels, which JPEG and PNG files do not have.`,
    );
  }
  const tables = pixelTables(preprocessing);
  const plane = height * width;
  return Float32Array.from(toPlanes(bitmap, channels), (v, p) => tables[Math.floor(p / plane)]?.[v] ?? 0);
}

function encodeNumbers(preprocessing: ArrayPreprocessing, input: unknown, where: string): Float32Array {
  const size = rowSize(preprocessing.shape);
  const values: number[] = [];
  const collect = (value: unknown): void => {
    if (Array.isArray(value) || ArrayBuffer.isView(value))
      for (const item of value as Iterable<unknown>) collect(item); // arrays and typed arrays iterate
    else if (typeof value === 'number' && Number.isFinite(value)) values.push(value);
    else throw new TuneError('badInput', `${where}: expected numbers, got ${JSON.stringify(value) ?? String(value)}.`);
  };
  collect(input);
  if (values.length !== size) {
    throw new TuneError(
      'badInput',
      `${where} holds ${values.length} numbers, this model takes ${size} (shape [${preprocessing.shape.join(', ')}]).`,
    );
  }
  const row = new Float32Array(size);
  encodeArray(preprocessing, values, row, 0);
  return row;
}

function encodeCells({ columns }: TablePreprocessing, input: unknown, where: string): Float32Array {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new TuneError(
      'badInput',
      `${where}: this model takes table rows, so the input must be a record of cells by column name.`,
    );
  }
  const record = new Map<string, unknown>(Object.entries(input));
  const missing = columns.map(({ name }) => name).filter((name) => !record.has(name));
  if (missing[0] !== undefined) {
    const rest = missing.length === 1 ? '' : ` (and ${missing.length - 1} more)`;
    throw new TuneError(
      'noColumn',
      `${where} has no column "${missing[0]}"${rest}: ${didYouMean(missing[0], [...record.keys()])}`,
      { columns: missing },
    );
  }
  const cells = columns.map((column) => {
    const value = record.get(column.name);
    const text = asText(value);
    if (column.kind === 'category') return categoryIndex(column.categories)(text);
    if (isMissing(text)) return NaN;
    const number = typeof value === 'number' ? value : cellNumber(text);
    if (!Number.isFinite(number)) {
      throw new TuneError('badCell', `${where}, column "${column.name}": "${text}" is not a number.`, {
        column: column.name,
        cell: text,
      });
    }
    return number;
  });
  const row = new Float32Array(tableWidth(columns));
  encodeRows(
    columns,
    cells.map((cell) => Float64Array.of(cell)),
    Int32Array.of(0),
    row,
  );
  return row;
}

function encodeText({ column, length, words }: TextPreprocessing, input: unknown, where: string): Float32Array {
  const text: unknown =
    typeof input === 'object' && input !== null ? new Map<string, unknown>(Object.entries(input)).get(column) : input;
  if (typeof text !== 'string') {
    throw new TuneError(
      'badInput',
      `${where}: this model takes texts, so the input must be a text or a record with the column "${column}".`,
      { column },
    );
  }
  const row = new Float32Array(length);
  numberTokens(words, length)(tokenize(text), row, 0);
  return row;
}

/** A value as a file would write it; null and undefined are missing. */
function asText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : JSON.stringify(value);
}
