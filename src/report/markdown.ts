/** A report as Markdown with tables (GitHub's dialect, https://github.github.com/gfm). Plots are told in words: Markdown holds no pictures. */
import { numberColumns, type Block, type Report } from './block.ts';

export const reportMarkdown = ({ title, blocks }: Report): string =>
  `${[`# ${escaped(title)}`, ...blocks.map(markdown)].join('\n\n')}\n`;

function markdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `## ${escaped(block.text)}`;
    case 'paragraph':
      return escaped(block.text);
    case 'chart':
      return `- ${escaped(block.chart.description)}`;
    case 'code': {
      // A fence longer than any run of backticks within (GFM §4.5).
      const longest = Math.max(2, ...[...block.text.matchAll(/`+/g)].map(([run]) => run.length));
      const fence = '`'.repeat(longest + 1);
      return `${fence}\n${block.text}\n${fence}`;
    }
    case 'table': {
      const line = (cells: readonly (string | number)[]): string =>
        `| ${cells.map((cell) => escaped(String(cell))).join(' | ')} |`;
      return [
        line(block.head),
        `|${numberColumns(block.head.length, block.rows)
          .map((right) => (right ? '---:' : '---'))
          .join('|')}|`,
        ...block.rows.map(line),
      ].join('\n');
    }
  }
}

/** What would be markup is escaped (GFM §6.1), and a line stays one line. */
const escaped = (text: string): string =>
  text.replace(/[\\`*_{}[\]<>#|~&]/g, (mark) => `\\${mark}`).replace(/\s*\n\s*/g, ' ');
