/**
 * Reads an experiment from a file, or says in one sentence why it cannot be read.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { isTuneError, TuneError } from '#math';
import { isExperiment, type Experiment } from './experiment.ts';
import { importUserModule } from './user-modules.ts';

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];
const FORM = 'export default experiment({ … })';

const refuse = (code: string, message: string, file: string): TuneError => new TuneError(code, message, { file });

/** The experiment that `file` exports as its default; `file` is relative to the working directory. */
export async function loadExperiment(file: string): Promise<Experiment> {
  const path = resolve(file);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw refuse('experimentMissing', `There is no file ${file}.`, file);
  if (!stat.isFile())
    throw refuse('experimentMissing', `${file} is a directory; name the file with the experiment.`, file);
  if (!EXTENSIONS.includes(extname(path))) {
    throw refuse(
      'experimentKind',
      `${file} is not an experiment: wanted a file that ends in ${EXTENSIONS.join(', ')}.`,
      file,
    );
  }

  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = await importUserModule(path);
  } catch (error) {
    throw loadFailure(error, file, path);
  }
  if (!('default' in exports))
    throw refuse('experimentExport', `${file} has no default export; end it with ${FORM}.`, file);
  if (!isExperiment(exports.default)) {
    throw refuse('experimentExport', `The default export of ${file} is not an experiment; write ${FORM}.`, file);
  }
  return exports.default;
}

function loadFailure(error: unknown, file: string, path: string): TuneError {
  // A wrong definition says itself what is wrong with it.
  if (isTuneError(error)) return error;
  if (!(error instanceof Error))
    return refuse('experimentThrew', `${file} threw while it was loaded: ${String(error)}`, file);
  const code = 'code' in error ? error.code : undefined;

  // esbuild's form: "Transform failed with 1 error:\n/path/file.ts:2:19: ERROR: Unexpected …"
  const transform = /\n(.+):(\d+):(\d+): ERROR: (.+)/.exec(error.message);
  if (error.name === 'TransformError' && transform) {
    const [, at, line, column, text] = transform;
    const where = at === path ? file : at;
    return refuse(
      'experimentSyntax',
      `${where}, line ${line}, column ${Number(column) + 1}: syntax error: ${text}`,
      file,
    );
  }
  if (error instanceof SyntaxError) {
    // A name that a module does not export is a SyntaxError too, with the place in its stack only.
    if (error.message.includes('does not provide an export')) {
      return refuse('experimentImport', `${file}: ${error.message}.`, file);
    }
    return refuse('experimentSyntax', `${file}${syntaxErrorLine(path)}: syntax error: ${error.message}`, file);
  }
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return refuse('experimentImport', `${file} cannot be loaded: ${error.message.split('\n')[0]}.`, file);
  }
  return refuse(
    'experimentThrew',
    `${file} threw while it was loaded: ${error.name}: ${error.message}${userLine(error, path)}`,
    file,
  );
}

/** Node keeps the line of a syntax error from the program that meets it, but prints it when it only checks. */
function syntaxErrorLine(path: string): string {
  const check = spawnSync(process.execPath, ['--input-type=module', '--check'], {
    input: readFileSync(path),
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  const line = /^\[stdin\]:(\d+)/m.exec(check.stderr)?.[1];
  return line === undefined ? '' : `, line ${line}`;
}

/** Where in the user's file the error arose. */
function userLine(error: Error, path: string): string {
  const frame = error.stack?.split('\n').find((line) => line.includes(path));
  const line = frame && /:(\d+):\d+\)?$/.exec(frame)?.[1];
  return line ? ` (line ${line})` : '';
}
