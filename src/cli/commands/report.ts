/** `attune report STUDY --out FILE`: what was searched, how, and what was found, as one HTML file or Markdown. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import type { ReportFlags } from '../flags.ts';
import { writeNote } from '../output.ts';
import { readStudy } from '../study-reader.ts';

export async function report(name: string, { storage, out }: ReportFlags): Promise<ExitCode> {
  const format = extname(out).toLowerCase();
  if (format !== '.html' && format !== '.md') {
    throw usage(`--out wants a file that ends in .html or .md; got "${out}".`, { out });
  }
  const { reportHtml, reportMarkdown, studyReport } = await import('#report');
  const told = studyReport(await readStudy(storage, name));
  const text = format === '.html' ? await reportHtml(told) : reportMarkdown(told);
  try {
    await writeFile(out, text);
  } catch (error) {
    throw usage(`--out ${out} cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { out });
  }
  writeNote(`The report of "${name}" is in ${out}`);
  return EXIT.done;
}
