/** `attune export STUDY --format csv|json [--out FILE]`. */
import { writeFile } from 'node:fs/promises';
import { trialsToCsv, trialsToJson } from '../export-trials.ts';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { count } from '../format.ts';
import { writeNote } from '../output.ts';
import type { ExportFlags } from '../flags.ts';
import { readStudy } from '../study-reader.ts';

export async function exportStudy(name: string, { storage, format, out }: ExportFlags): Promise<ExitCode> {
  if (format === 'optuna') throw usage('--format optuna is not available yet; csv and json are.', { format });
  const { definition, trials } = await readStudy(storage, name);
  const text = format === 'csv' ? trialsToCsv(definition, trials) : trialsToJson(definition, trials);
  if (out === undefined) {
    process.stdout.write(text);
    return EXIT.done;
  }
  try {
    await writeFile(out, text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usage(`--out ${out} cannot be written: ${reason}.`, { out });
  }
  writeNote(`${count(trials.length, 'trial')} written to ${out}`);
  return EXIT.done;
}
