/** `attune run --tensorboard DIR --mlflow URL` through the built command, killed in the middle and resumed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readEvents } from '../../src/exchange/index.ts';
import { recordingServer } from '../../src/exchange/fixtures/mlflow-server.ts';
import { attune, CLI, environment, freshDirectory, listing } from './command.ts';

const SCRIPT = `const { number } = JSON.parse(process.env.ATTUNE_TRIAL);
const x = Number(process.argv[2]);
for (let step = 1; step <= 3; step++) console.log('attune: ' + JSON.stringify({ step, score: x * step }));
if (process.env.HANG === String(number)) setInterval(() => undefined, 1000);
`;
const STUDY = `name: script
command: node train.mjs {x}
space: { x: { type: choice, choices: [1, 2, 3] } }
objective: { metric: score, goal: maximize }
sampler: grid
parallel: 1
`;

function project(): string {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'train.mjs'), SCRIPT);
  writeFileSync(join(dir, 'study.yaml'), STUDY);
  return dir;
}

async function scores(dir: string, number: number): Promise<string[]> {
  const folder = join(dir, 'runs', 'script', `trial-000${number}`);
  if (!existsSync(folder)) return [];
  return (await readEvents(folder)).flatMap(({ step, value }) =>
    value.kind === 'scalar' ? [`${value.tag} ${step} ${value.value}`] : [],
  );
}

describe('a run that is followed', { timeout: 180_000 }, () => {
  it('is in TensorBoard and MLflow as it goes on, and complete and without doubles after kill -9 and --resume', async () => {
    const server = await recordingServer();
    onTestFinished(() => server.close());
    const dir = project();
    const flags = ['--tensorboard', 'runs', '--mlflow', server.url];
    const child = spawn(process.execPath, [CLI, 'run', 'study.yaml', ...flags], {
      cwd: dir,
      env: { ...environment(), HANG: '1' },
    });
    await expect.poll(() => scores(dir, 1)).toEqual(['score 1 2', 'score 2 4', 'score 3 6']);
    const logged = () => server.runs.find(({ name }) => name === 'script-1')?.metrics.length;
    await expect.poll(logged).toBe(3);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { code, stderr } = await attune(dir, 'run', 'study.yaml', '--study', 'script', '--resume', ...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const number of [0, 1, 2]) {
      const x = number + 1;
      const told = [1, 2, 3].map((step) => `score ${step} ${x * step}`);
      expect(await scores(dir, number)).toEqual([...told, `objective/score 3 ${3 * x}`]);
      const run = server.runs.find(({ name }) => name === `script-${number}`);
      expect(run?.status).toBe('FINISHED');
      expect(run?.metrics.map(({ key, step, value }) => `${key} ${step} ${value}`)).toEqual([
        ...told,
        `objective/score 3 ${3 * x}`,
      ]);
    }
    expect(server.runs).toHaveLength(4);
    expect(server.faults).toEqual([]);
  });

  it('ends well without its server, says so, and the export sends all', async () => {
    const dir = project();
    const away = await recordingServer();
    await away.close();
    const run = await attune(dir, 'run', 'study.yaml', '--quiet', '--mlflow', away.url);
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(
      /^MLflow at \S+ does not answer: ECONNREFUSED\. The study goes on; what is missing is sent later\.\nMLflow has not got all of "script"; send the rest by: attune export script/,
    );
    const server = await recordingServer();
    onTestFinished(() => server.close());
    const sent = await attune(dir, 'export', 'script', '--format', 'mlflow', '--mlflow', server.url);
    expect(sent).toMatchObject({
      code: 0,
      stdout: '',
      stderr: `3 runs of trials, and the study's own, are at ${server.url}\n`,
    });
    expect(server.runs).toHaveLength(4);
  });

  it.each([
    [
      ['--mlflow', 'nowhere'],
      '--mlflow wants the address of a tracking server, as http://localhost:5000; got "nowhere".',
    ],
    [['--tensorboard', 'study.yaml'], '--tensorboard study.yaml cannot be written'],
  ])('%j is refused before anything is written', async (flags, sentence) => {
    const dir = project();
    const before = listing(dir);
    const { code, stderr } = await attune(dir, 'run', 'study.yaml', ...flags);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(listing(dir)).toEqual(before);
  });
});
