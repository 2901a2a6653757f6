/**
 * Reads a CSV file into columns of text: byte order mark, quotes, CRLF and the delimiter (',' ';' tab '|') are dealt with here.
 * The first line names the columns. Cells are trimmed; a missing cell (empty, ?, NA, N/A, NaN, null) is read as ''.
 * In a file that is not separated by commas, 3,14 is the number 3.14 if no cell writes numbers with a point.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { TuneError } from '#math';

export interface TextTable {
  readonly path: string;
  readonly names: readonly string[];
  /** One list of cells per column; '' is missing. */
  readonly columns: readonly (readonly string[])[];
  /** Line of the file on which each row ends, counted from 1. */
  readonly lines: readonly number[];
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const MISSING = new Set(['', '?', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL']);
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DECIMAL_POINT = /^[+-]?\d*\.\d+([eE][+-]?\d+)?$/;
const DECIMAL_COMMA = /^[+-]?\d*,\d+([eE][+-]?\d+)?$/;

/** The number a cell writes, or NaN; words such as Infinity, hexadecimal and overflowing numbers are no numbers here. */
export function cellNumber(cell: string): number {
  const value = NUMBER.test(cell) ? Number(cell) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

export const isMissing = (cell: string): boolean => MISSING.has(cell);

export async function readTable(
  path: string,
  { delimiter }: { readonly delimiter?: string | undefined } = {},
): Promise<TextTable> {
  const bytes = await readFile(path).catch((error: unknown) => {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new TuneError('badFile', missing ? `The file ${path} does not exist.` : `The file ${path} cannot be read.`, {
      path,
    });
  });
  const separator = delimiter ?? detectDelimiter(bytes);
  const records: string[][] = [];
  const ends: number[] = [];
  try {
    parse(bytes, {
      bom: true,
      delimiter: separator,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      on_record: (record: string[], { lines }) => {
        records.push(record);
        ends.push(lines);
        return null;
      },
    });
  } catch (error) {
    throw new TuneError(
      'badFile',
      `${path} cannot be read as CSV: ${error instanceof Error ? error.message : String(error)}.`,
      { path },
    );
  }
  const [header, ...rows] = records;
  const lines = ends.slice(1);
  if (header === undefined)
    throw new TuneError('badFile', `${path} is empty: expected a line of column names and rows below it.`, { path });
  const names = columnNames(path, header);
  if (rows.length === 0) throw new TuneError('badFile', `${path} has column names and no row below them.`, { path });
  rows.forEach((row, i) => {
    if (row.length !== names.length) {
      throw new TuneError(
        'badFile',
        `${path}, line ${lines[i]} has ${row.length} cells, expected ${names.length} as the line of names has (a comma inside a cell needs quotes).`,
        { path, line: lines[i], cells: row.length, expected: names.length },
      );
    }
  });
  const columns = names.map((_, c) => rows.map((row) => (isMissing(row[c] ?? '') ? '' : (row[c] ?? ''))));
  return { path, names, columns: separator === ',' ? columns : withDecimalPoints(columns), lines };
}

function columnNames(path: string, header: readonly string[]): string[] {
  const names = header.map((name, c) => (name === '' ? `column ${c + 1}` : name));
  const twice = names.find((name, c) => names.indexOf(name) !== c);
  if (twice !== undefined) {
    throw new TuneError('badFile', `${path} has two columns called "${twice}": give each its own name.`, {
      path,
      column: twice,
    });
  }
  if (names.every((name) => !Number.isNaN(cellNumber(name)))) {
    throw new TuneError(
      'badFile',
      `${path} begins with numbers (${names.slice(0, 3).join(', ')} …): the first line must name the columns.`,
      { path },
    );
  }
  return names;
}

/** The candidate that cuts the first lines into equally many cells, the most of them; quoted text is not looked at. */
function detectDelimiter(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, 65_536)).replace(/"[^"]*"/g, '');
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (bytes.length > 65_536) lines.pop(); // cut off by the look at the beginning
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = lines.slice(0, 50).map((line) => line.split(delimiter).length - 1);
    const header = counts[0] ?? 0;
    const same = counts.filter((count) => count === header).length / counts.length;
    const score = header * (same === 1 ? 1000 : same);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function withDecimalPoints(columns: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const some = (pattern: RegExp): boolean => columns.some((cells) => cells.some((cell) => pattern.test(cell)));
  if (!some(DECIMAL_COMMA) || some(DECIMAL_POINT)) return columns;
  return columns.map((cells) => cells.map((cell) => (DECIMAL_COMMA.test(cell) ? cell.replace(',', '.') : cell)));
}
