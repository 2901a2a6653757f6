/** A report before it is HTML or Markdown: headings, sentences, tables, plots and commands. All text is plain; the writers escape it. */
import type { Chart } from '#plots';

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      /** A column of numbers stands on the right. */
      readonly rows: readonly (readonly (string | number)[])[];
    }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'code'; readonly text: string };

type Cell = string | number;

/** Which columns of a table hold numbers, as text or not; an empty cell fits either. */
export function numberColumns(width: number, rows: readonly (readonly Cell[])[]): readonly boolean[] {
  return Array.from({ length: width }, (_, i) => {
    const cells = rows.flatMap((row) => (row[i] === undefined || row[i] === '' ? [] : [row[i]]));
    return cells.length > 0 && cells.every((cell) => cell === 'NaN' || !Number.isNaN(Number(cell)));
  });
}

export interface Report {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
