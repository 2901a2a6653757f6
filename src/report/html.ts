/**
 * A report as one HTML file: no script, nothing fetched, plots as SVG within it. Its policy forbids both even if a text should slip through the escaping.
 */
import { renderSvg } from '#plots';
import { escapeMarkup } from '#text';
import { numberColumns, type Block, type Report } from './block.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, "Helvetica Neue", Arial, sans-serif; color: #24292f; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin: 0 0 0.5rem; } h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid #d0d7de; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: max-content; } td { max-width: 40rem; } th, td { padding: 0.2rem 0.8rem 0.2rem 0; text-align: left; vertical-align: top; }
th { border-bottom: 1px solid #8c959f; } th.number, td.number { text-align: right; } td.number { font-variant-numeric: tabular-nums; } tr:nth-child(even) td { background: #f6f8fa; }
pre { background: #f6f8fa; padding: 0.7rem; overflow-x: auto; } figure { margin: 1rem 0; } figcaption { color: #57606a; font-size: 0.87rem; }
figure svg { max-width: 100%; height: auto; } h2 { break-after: avoid; } tr, figure { break-inside: avoid; }
@media print {
  @page { margin: 12mm; }
  body { max-width: none; margin: 0; padding: 0; font-size: 12px; }
  .wide { overflow: visible; } table { width: auto; } .many { font-size: 9px; } .many th, .many td { padding-right: 0.4rem; } .many th { overflow-wrap: anywhere; } .many td { white-space: nowrap; }
}
footer { margin-top: 3rem; color: #57606a; font-size: 0.87rem; }
`;

/** Tables of more columns are printed in small letters. */
const MANY_COLUMNS = 8;

export async function reportHtml({ title, blocks }: Report): Promise<string> {
  const body: string[] = [];
  for (const block of blocks) body.push(await html(block));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeMarkup(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeMarkup(title)}</h1>
${body.join('\n')}
<footer>Made by Attune.</footer>
</body>
</html>
`;
}

async function html(block: Block): Promise<string> {
  switch (block.kind) {
    case 'heading':
      return `<h2>${escapeMarkup(block.text)}</h2>`;
    case 'paragraph':
      return `<p>${escapeMarkup(block.text)}</p>`;
    case 'code':
      return `<pre><code>${escapeMarkup(block.text)}</code></pre>`;
    case 'chart':
      return `<figure>\n${await renderSvg(block.chart)}\n<figcaption>${escapeMarkup(block.chart.description)}</figcaption>\n</figure>`;
    case 'table': {
      const isNumber = numberColumns(block.head.length, block.rows);
      const cells = (tag: 'th' | 'td', scope: string, row: readonly (string | number)[]): string =>
        row
          .map(
            (cell, i) =>
              `<${tag}${scope}${isNumber[i] ? ' class="number"' : ''}>${escapeMarkup(String(cell))}</${tag}>`,
          )
          .join('');
      const head = block.head.some((cell) => cell !== '')
        ? `<thead><tr>${cells('th', ' scope="col"', block.head)}</tr></thead>\n`
        : '';
      const rows = block.rows.map((row) => `<tr>${cells('td', '', row)}</tr>`).join('\n');
      // A sheet of paper cannot be moved sideways.
      const many = block.head.length > MANY_COLUMNS ? ' many' : '';
      return `<div class="wide${many}"><table>\n${head}<tbody>\n${rows}\n</tbody></table></div>`;
    }
  }
}
