/**
 * The built command as a real process, in a fresh directory.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { onTestFinished } from 'vitest';

/** `ATTUNE_CLI` names another build of the command. */
export const CLI = process.env['ATTUNE_CLI'] ?? join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What the tests' own environment must not leak into the command: runners set CI and colours. */
export const environment = (): NodeJS.ProcessEnv => {
  const { CI: _ci, FORCE_COLOR: _color, NODE_OPTIONS: _options, VITEST: _vitest, ...rest } = process.env;
  return { ...rest, NO_COLOR: '1', LC_ALL: 'C.UTF-8' };
};

/** Runs `attune …` to its end. */
export function attune(cwd: string, ...args: readonly string[]): Promise<Outcome> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is not there: run \`npm run build\` first.`);
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [CLI, ...args], { cwd, env: environment() }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** An empty directory that is gone when the test ends. */
export function freshDirectory(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'attune-cli-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Every file and folder below `dir` with size and time of change: equal listings mean nothing was written. */
export function listing(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      return `${relative(dir, path)} ${entry.isDirectory() ? 'folder' : `${size} bytes, ${mtimeMs}`}`;
    })
    .sort();
}
