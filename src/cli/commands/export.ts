/** `attune export STUDY --format csv|json [--out FILE]`; `--format parquet --out FILE [--table measurements]`; `--format tensorboard --out FOLDER`, `mlflow --mlflow URL`, `optuna --out FILE.db|FILE.journal`. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { StudyDefinition, TrialRecord } from '#core';
import type { OptunaFormat } from '#exchange';
import { trialsToCsv, trialsToJson } from '../export-trials.ts';
import { EXIT, usage } from '../failure.ts';
import type { ExitCode } from '../failure.ts';
import { count, shellWord } from '#text';
import { writeNote } from '../output.ts';
import type { ExportFlags } from '../flags.ts';
import { mlflowOptions } from '../followers.ts';
import { readStudy } from '../study-reader.ts';

export async function exportStudy(
  name: string,
  { storage, format, table, out, mlflow }: ExportFlags,
): Promise<ExitCode> {
  if (format !== 'mlflow' && mlflow !== undefined) throw usage('--mlflow belongs to --format mlflow.');
  if (format !== 'parquet' && table !== undefined) throw usage('--table belongs to --format parquet.');
  if (format === 'parquet' && out === undefined)
    throw usage('--format parquet is no text: name a file with --out FILE.parquet.');
  if (format === 'optuna') return exportOptuna(name, storage, out);
  const { definition, trials } = await readStudy(storage, name);
  if (format === 'mlflow') return exportMlflow(definition, trials, mlflow, out);
  if (format === 'tensorboard') return exportTensorBoard(definition, trials, out);
  const content = await contentOf(format, table, definition, trials);
  if (out === undefined) {
    process.stdout.write(content);
    return EXIT.done;
  }
  try {
    await writeFile(out, content);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw usage(`--out ${out} cannot be written: ${reason}.`, { out });
  }
  const rows =
    table === 'measurements'
      ? count(
          trials.reduce((sum, { measurements }) => sum + measurements.length, 0),
          'measurement',
        )
      : count(trials.length, 'trial');
  writeNote(`${rows} written to ${out}`);
  return EXIT.done;
}

async function contentOf(
  format: 'csv' | 'json' | 'parquet',
  table: ExportFlags['table'],
  definition: StudyDefinition,
  trials: readonly TrialRecord[],
): Promise<string | Uint8Array> {
  if (format === 'csv') return trialsToCsv(definition, trials);
  if (format === 'json') return trialsToJson(definition, trials);
  const { measurementsToParquet, trialsToParquet } = await import('../export-parquet.ts');
  return table === 'measurements' ? measurementsToParquet(trials) : trialsToParquet(definition, trials);
}

/** Never into a file that is there: it may hold other studies. */
async function exportOptuna(name: string, storage: string, out: string | undefined): Promise<ExitCode> {
  const format = out === undefined ? undefined : optunaFormat(out);
  if (out === undefined || format === undefined) {
    throw usage('--format optuna wants --out FILE.db (SQLite) or --out FILE.journal.', { out });
  }
  if (existsSync(out)) throw usage(`--out ${out} is there already; name a new file.`, { out });
  const { definition, trials, attributes } = await readStudy(storage, name);
  const { fromStudy, writeOptunaFile } = await import('#exchange');
  try {
    await writeOptunaFile(out, format, fromStudy(definition, trials, attributes));
  } catch (error) {
    throw usage(`--out ${out} cannot be written: ${error instanceof Error ? error.message : String(error)}.`, { out });
  }
  writeNote(`${count(trials.length, 'trial')} written to ${out}, as Optuna 3.1 writes them`);
  return EXIT.done;
}

const optunaFormat = (out: string): OptunaFormat | undefined =>
  /\.(db|sqlite3?)$/.test(out) ? 'sqlite' : /\.(journal|log|jsonl)$/.test(out) ? 'journal' : undefined;

/** Events are only ever added to a folder, so it must be new: two exports in one would show every point twice. */
async function exportTensorBoard(
  definition: StudyDefinition,
  trials: readonly TrialRecord[],
  out: string | undefined,
): Promise<ExitCode> {
  if (out === undefined) throw usage('--format tensorboard writes a folder: name a new one with --out FOLDER.');
  if (existsSync(out) && (!statSync(out).isDirectory() || readdirSync(out).length > 0)) {
    throw usage(`--out ${out} is there already; name a new or empty folder for the event files.`, { out });
  }
  const { writeStudyEvents } = await import('#exchange');
  const runs = writeStudyEvents(definition, trials, out);
  writeNote(`${count(runs, 'run')} written to ${out}; look at them with: tensorboard --logdir ${shellWord(out)}`);
  return EXIT.done;
}

/** What the server has already is not sent again. */
async function exportMlflow(
  definition: StudyDefinition,
  trials: readonly TrialRecord[],
  url: string | undefined,
  out: string | undefined,
): Promise<ExitCode> {
  if (url === undefined)
    throw usage('--format mlflow sends to a server: name it by --mlflow, as http://localhost:5000.');
  if (out !== undefined) throw usage('--format mlflow sends to a server and takes no --out.');
  const { checkMlflowUrl, exportToMlflow } = await import('#exchange');
  checkMlflowUrl(url);
  const runs = await exportToMlflow(definition, trials, mlflowOptions(url));
  writeNote(`${count(runs, 'run')} of trials, and the study's own, are at ${url}`);
  return EXIT.done;
}
