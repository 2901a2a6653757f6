/**
 * What `npm pack` packs, in another project: a folder with the package and the dependencies it declares, nothing of this repository beside it.
 * The dependencies are links to those that are installed here, so no network is needed.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { environment } from './cli/command.ts';

const root = resolve(import.meta.dirname, '..');
const project = realpathSync(mkdtempSync(join(tmpdir(), 'attune-packed-')));
const installed = join(project, 'node_modules');
const exec = promisify(execFile);
const run = (program: string, ...args: readonly string[]) => exec(program, args, { cwd: project, env: environment() });

beforeAll(async () => {
  await exec('npm', ['pack', '--ignore-scripts', '--pack-destination', project], { cwd: root, env: environment() });
  const attune = join(installed, 'attune');
  mkdirSync(attune, { recursive: true });
  await run('tar', '-xzf', `attune-${manifest.version}.tgz`, '--strip-components', '1', '-C', attune);
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(installed, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(installed, name));
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('the library keeps a study in SQLite, from JavaScript', async () => {
  writeFileSync(
    join(project, 'library.mjs'),
    `import { createStudy, float, space } from 'attune';
     const study = await createStudy({
       name: 'parabola', storage: 'sqlite:attune.db', seed: 42, sampler: 'random',
       space: space({ x: float(-10, 10) }), objectives: { loss: 'minimize' },
     });
     await study.optimize(({ params: { x } }) => ({ loss: x * x }), { trials: 20 });
     console.log(study.trials.length, study.best.values.loss < 25);
     await study.close();`,
  );
  expect((await run(process.execPath, 'library.mjs')).stdout).toBe('20 true\n');
});

test.each([
  ['bundler', 'esnext'],
  ['nodenext', 'nodenext'],
])('every door has types that hold by themselves, with moduleResolution %s', async (resolution, module) => {
  const doors = Object.keys(manifest.exports).filter((name) => name !== './package.json');
  const imports = doors.map((name, i) => `import * as door${i} from '${name.replace(/^\./, 'attune')}';`);
  writeFileSync(
    join(project, 'types.ts'),
    `${imports.join('\n')}
     import { createStudy, float, space } from 'attune';
     const study = await createStudy({ space: space({ x: float(0, 1) }), objectives: { loss: 'minimize' } });
     export const x: number | undefined = study.best?.params.x;
     // @ts-expect-error -- there is no such parameter
     export const y = study.best?.params.y;
     export const all = [${doors.map((_, i) => `door${i}`).join(', ')}];`,
  );
  const tsc = join(root, 'node_modules/typescript7/bin/tsc');
  const flags = ['--noEmit', '--strict', '--target', 'es2022', '--module', module, '--moduleResolution', resolution];
  // Its types come from the package alone, not from @types of this repository.
  const types = ['--types', ''];
  await expect(run(process.execPath, tsc, ...flags, ...types, 'types.ts')).resolves.toMatchObject({ stdout: '' });
});

test('the command tunes an experiment of the project in worker processes and saves the best', async () => {
  const rows = Array.from({ length: 90 }, (_, i) => `${(i % 3) + (i % 7) / 20},${-(i % 3) + (i % 5) / 20},c${i % 3}`);
  writeFileSync(join(project, 'table.csv'), ['a,b,y', ...rows, ''].join('\n'));
  writeFileSync(
    join(project, 'table.ts'),
    `import { choice, experiment } from 'attune';
     import { dense, flatten, sequential } from 'attune/nn';
     import { adam } from 'attune/optim';
     export default experiment({
       dataset: { csv: 'table.csv', target: 'y' },
       space: { learningRate: choice([0.01, 0.1]) },
       model: (_, data) => sequential([flatten(), dense(8, { activation: 'relu' }), dense(data.classes)]),
       train: (p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 16, epochs: 4 }),
       validationSplit: 0.2,
       objective: { metric: 'accuracy', goal: 'maximize' },
       sampler: 'grid',
     });`,
  );
  const cli = join(installed, 'attune', manifest.bin.attune);
  const { stdout } = await run(process.execPath, cli, 'run', 'table.ts', '--json');
  const done: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  expect(done).toMatchObject({
    event: 'done',
    trials: 2,
    best: { values: {} },
    bundle: expect.stringContaining('best') as string,
  });
});
