/** Small pieces of HTML for notebooks: a table, a line of text. All text is escaped; there is no script, no class and no style sheet to depend on. */
import { escapeMarkup } from '#text';

/** A number is right-aligned in its column. */
export interface Cell {
  readonly text: string;
  readonly isNumber: boolean;
}

export const textCell = (text: string): Cell => ({ text, isNumber: false });
export const numberCell = (text: string): Cell => ({ text, isNumber: true });

const PAD = 'padding:2px 10px 2px 0';

/** The first cell of a row heads it. */
export function tableHtml(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const first = rows[0] ?? [];
  const align = (isNumber = false): string => `style="${PAD};text-align:${isNumber ? 'right' : 'left'}"`;
  const heads = head.map((text, i) => `<th scope="col" ${align(first[i]?.isNumber)}>${escapeMarkup(text)}</th>`);
  const cells = ({ text, isNumber }: Cell, i: number): string =>
    i === 0
      ? `<th scope="row" ${align(isNumber)}>${escapeMarkup(text)}</th>`
      : `<td ${align(isNumber)}>${escapeMarkup(text)}</td>`;
  const body = rows.map((row) => `<tr>${row.map(cells).join('')}</tr>`).join('');
  return `<table style="border-collapse:collapse">${head.length === 0 ? '' : `<thead><tr>${heads.join('')}</tr></thead>`}<tbody>${body}</tbody></table>`;
}

export const lineHtml = (text: string): string => `<p>${escapeMarkup(text)}</p>`;

export const headHtml = (text: string): string => `<p><strong>${escapeMarkup(text)}</strong></p>`;
