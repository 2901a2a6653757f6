/** A report before it is HTML or Markdown: headings, sentences, tables, plots and commands. All text is plain; the writers escape it. */
import type { Chart } from '#plots';

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'paragraph'; readonly text: string }
  | {
      readonly kind: 'table';
      readonly head: readonly string[];
      /** Cells that are numbers stand on the right. */
      readonly rows: readonly (readonly (string | number)[])[];
    }
  | { readonly kind: 'chart'; readonly chart: Chart }
  | { readonly kind: 'code'; readonly text: string };

export interface Report {
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const heading = (text: string): Block => ({ kind: 'heading', text });
export const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
