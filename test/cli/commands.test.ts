/**
 * Studies in YAML through the built command: a script in another process is tuned, pruned, paused, killed, resumed, limited, refused.
 */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { attune, CLI, environment, freshDirectory, listing } from './command.ts';

/**
 * Reports x · step for five steps, one each `pace` ms; keeps its step in its checkpoint folder and goes on from there. The first attempt of the trial
 * whose number is in `HANG` stays at step 3.
 */
const SCRIPT = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
const trial = JSON.parse(process.env.ATTUNE_TRIAL);
const x = Number(process.argv[2]);
const file = trial.checkpointDir + '/step';
const before = existsSync(file) ? Number(readFileSync(file)) : 0;
if (before > 0) console.log('resumed from step ' + before + ', the study knows step ' + trial.step);
for (let step = before + 1; step <= 5; step++) {
  await new Promise((done) => setTimeout(done, Number(process.env.PACE ?? 1)));
  writeFileSync(file, String(step));
  console.log('attune: ' + JSON.stringify({ step, score: x * step, note: 'kept in the log only' }));
  if (step === 3 && before === 0 && process.env.HANG === String(trial.number)) setInterval(() => undefined, 1000);
  if (step === 3 && before === 0 && process.env.HANG === String(trial.number)) await new Promise(() => undefined);
}
`;

const STUDY = `name: script
command: node train.mjs {x}
space: { x: { type: choice, choices: [1, 2, 3, 4] } }
objective: { metric: score, goal: maximize }
sampler: grid
parallel: 1
`;

function project(more = '', script = SCRIPT, study = STUDY): string {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'train.mjs'), script);
  writeFileSync(join(dir, 'study.yaml'), study + more);
  return dir;
}

type JsonLine = Readonly<Record<string, unknown>>;
const jsonLines = (text: string): JsonLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonLine); // the command prints objects only

const trialDir = (dir: string, number: number): string => join(dir, 'attune-out', 'script', 'trials', String(number));
const pidOf = (dir: string, number: number): number =>
  Number(readFileSync(join(trialDir(dir, number), '.pid'), 'utf8'));
const stdoutOf = (dir: string, number: number): string =>
  readFileSync(join(trialDir(dir, number), 'stdout.log'), 'utf8');

const alive = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

async function until(isTrue: () => boolean, ms = 60_000): Promise<void> {
  for (const end = performance.now() + ms; !isTrue(); await sleep(20))
    if (performance.now() > end) throw new Error('it did not come to that in time');
}
const reached = (dir: string, number: number, step: number): boolean =>
  existsSync(join(trialDir(dir, number), 'stdout.log')) && stdoutOf(dir, number).includes(`"step":${step}`);

/** Starts `attune run` and does not wait. */
function start(dir: string, env: Record<string, string>, ...args: readonly string[]) {
  const child = spawn(process.execPath, [CLI, 'run', 'study.yaml', ...args], {
    cwd: dir,
    env: { ...environment(), ...env },
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout })),
  );
  return { child, ended };
}

/** Long enough for the second command of the test to end on a busy machine. */
const LIMIT_S = 10;

describe('attune run study.yaml', { timeout: 180_000 }, () => {
  it('with --json prints a line for each trial, and last the best with the folder of its files', async () => {
    const dir = project();
    const { code, stdout, stderr } = await attune(dir, 'run', 'study.yaml', '--json');
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual(['trial', 'trial', 'trial', 'trial', 'done']);
    expect(lines[1]).toMatchObject({
      number: 1,
      state: 'complete',
      params: { x: 2 },
      values: { score: 10 },
      epochs: 5,
    });
    expect(lines[4]).toEqual({
      event: 'done',
      study: 'script',
      trials: 4,
      best: { number: 3, params: { x: 4 }, values: { score: 20 } },
      bundle: null,
      artifacts: trialDir(dir, 3),
    });
    expect(stderr).toContain('trial 1 step 5: score 10.0000\n');
    expect(stdoutOf(dir, 3)).toContain('kept in the log only');
    expect(readdirSync(trialDir(dir, 3)).sort()).toEqual(['.identity', 'checkpoint', 'stderr.log', 'stdout.log']);
    const shown = JSON.parse((await attune(dir, 'show', 'script', '--json')).stdout) as { trials: JsonLine[] };
    expect(shown.trials).toHaveLength(4);
  });

  it('in a pipe prints lines, rounds, the table, the best and its files; pruned trials with the reason', async () => {
    const dir = project('pruner: asha\nmaxSteps: 5\n', SCRIPT, STUDY.replace('[1, 2, 3, 4]', '[4, 3, 2, 1]'));
    const { code, stdout, stderr } = await attune(dir, 'run', 'study.yaml');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\nRound 1: x=4, Score=20\.0000\n/);
    expect(stdout).toMatch(/\nRound 4: x=1, Score=1\.0000 \(pruned: place \d of \d at the rung of step 1\)\n/);
    expect(stdout).toMatch(/\ntrial 3 pruned \(place .*\): score 1\.0000 after 1 epoch, /);
    expect(stdout).toContain('\nBest: trial 0, score 20.0000\n  x=4\nFiles: attune-out/script/trials/0\n');
  });

  it.each([
    [
      'a command that fails',
      `console.error('no such data'); process.exit(3)`,
      'the command ended with exit code 3: no such data',
    ],
    [
      'a command that reports nothing',
      `console.log('done')`,
      'without a report of "score"; print a line as attune: {"step": 1, "score": 0.5}',
    ],
    [
      'a command that reports something else',
      `console.log('attune: {"scores": 1}')`,
      'it reported other metrics; did you mean "scores"?',
    ],
    [
      'a report that cannot be read',
      `console.log('attune: score=1'); setInterval(() => 0, 1e3)`,
      'cannot be read: a line of the form',
    ],
    ['a value that is no number', `console.log('attune: {"step": 1, "score": NaN}')`, 'the objective "score" is NaN'],
    ['a command killed by a fault', `process.kill(process.pid, 'SIGSEGV')`, 'the command was ended by SIGSEGV'],
    [
      'a command that takes too long',
      `setInterval(() => 0, 1e3)`,
      `the command took longer than ${LIMIT_S} s`,
      `trialTimeoutSeconds: ${LIMIT_S}\n`,
    ],
  ])('%s is a failed trial, and the study goes on', async (_, body, sentence, keys = '') => {
    const good = `console.log('attune: {"score": 1}')`;
    const dir = project(`${keys}trials: 2\n`, `if (process.argv[2] === '1') { ${body} } else ${good}`);
    const { code, stdout } = await attune(dir, 'run', 'study.yaml', '--json', '--quiet');
    expect(code).toBe(0);
    const [first, second] = jsonLines(stdout);
    expect(first).toMatchObject({ number: 0, state: 'failed' });
    expect(first?.['error']).toContain(sentence);
    expect(second).toMatchObject({ number: 1, state: 'complete', epochs: 0, values: { score: 1 } });
  });

  it('the last reported value is the result, unless a line says that it is final', async () => {
    const lines = ['{"step": 1, "score": 5}', '{"final": true, "score": 7}', '{"step": 2, "score": 1}'];
    const dir = project(
      'trials: 1\n',
      `console.log(${JSON.stringify(lines.map((line) => `attune: ${line}`).join('\n'))})`,
    );
    const { stdout } = await attune(dir, 'run', 'study.yaml', '--json', '--quiet');
    expect(jsonLines(stdout)[0]).toMatchObject({ values: { score: 7 }, epochs: 1 });
  });

  it.runIf(process.platform === 'linux')(
    'a command killed by SIGKILL goes on from its checkpoint, in the same trial',
    async () => {
      const dir = project('resumable: true\n');
      const { ended } = start(dir, { HANG: '1' }, '--json');
      await until(() => reached(dir, 1, 3));
      await sleep(200); // the study has heard of it
      process.kill(pidOf(dir, 1), 'SIGKILL');
      const { code, stdout } = await ended;
      expect(code).toBe(0);
      expect(stdoutOf(dir, 1)).toContain('resumed from step 3, the study knows step 3');
      expect(jsonLines(stdout)[1]).toMatchObject({ number: 1, state: 'complete', values: { score: 10 }, epochs: 5 });
    },
  );

  it.runIf(process.platform === 'linux')(
    'when the run is killed by SIGKILL its command ends; --resume goes on from the checkpoint',
    async () => {
      const dir = project('resumable: true\n');
      const { child, ended } = start(dir, { HANG: '1' }, '--json');
      await until(() => reached(dir, 1, 3));
      await sleep(200);
      const pid = pidOf(dir, 1);
      expect(alive(pid)).toBe(true);
      child.kill('SIGKILL');
      await ended;
      await until(() => !alive(pid), 15_000);
      const { code, stdout } = await attune(dir, 'run', 'study.yaml', '--resume', '--json', '--quiet');
      expect(code).toBe(0);
      expect(stdoutOf(dir, 1)).toContain('resumed from step 3');
      const lines = jsonLines(stdout);
      expect(lines.map(({ number }) => number)).toEqual([1, 2, 3, undefined]);
      expect(lines[0]).toMatchObject({ number: 1, values: { score: 10 }, epochs: 5 });
    },
  );

  it.runIf(process.platform === 'linux')(
    'a command whose run and worker were both killed is ended by the next run, so that two never share a folder',
    async () => {
      const dir = project('resumable: true\n', SCRIPT.replace('process.env.HANG === String', "'1' === String"));
      const { child, ended } = start(dir, {});
      await until(() => reached(dir, 1, 3));
      const pid = pidOf(dir, 1);
      const worker = Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
      process.kill(worker, 'SIGSTOP'); // cannot see that its run is gone
      child.kill('SIGKILL');
      process.kill(worker, 'SIGKILL');
      await ended;
      expect(alive(pid)).toBe(true);
      expect((await attune(dir, 'run', 'study.yaml', '--resume', '--quiet')).code).toBe(0);
      expect(alive(pid)).toBe(false);
    },
  );

  it('a paused command is started again when it is promoted; what it said before it was ended is heard then', async () => {
    // The script runs to its end before the signal reaches it, so that the promoted trial has nothing new to say.
    const script = SCRIPT.replace('for (let', 'process.on("SIGTERM", () => undefined);\nfor (let');
    const study = STUDY.replace('[1, 2, 3, 4]', '[9, 8, 7, 6, 5, 4]');
    const dir = project('resumable: true\npruner: asha\nmaxSteps: 5\n', script, study);
    const { code, stdout } = await attune(dir, 'run', 'study.yaml');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\ntrial 1 paused \(place 2 of 2 at the rung of step 1\)\n/);
    expect(stdout).toMatch(/\ntrial 1 started: x=8\n[\s\S]*\ntrial 1 started: x=8\n/);
    expect(stdout).toMatch(/\ntrial 1 step 2: score 16\.0000\ntrial 1 step 3: score 24\.0000\ntrial 1 paused /);
    expect(stdout).toContain('\nRound 2: x=8, Score=24.0000 (paused: place 2 of 2 at the rung of step 3)\n');
    expect(stdout).toMatch(/\nRound 6: x=4, Score=4\.0000 \(paused: place \d of \d at the rung of step 1\)\n/);
    expect(stdoutOf(dir, 1).match(/"step":/g)).toHaveLength(5); // nothing was said twice
  });

  it('Ctrl-C ends the command, and the study can be resumed', async () => {
    const dir = project('graceSeconds: 1\n');
    const { child, ended } = start(dir, { HANG: '1' }, '--json');
    await until(() => reached(dir, 1, 3));
    const pid = pidOf(dir, 1);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(alive(pid)).toBe(false);
    expect((await attune(dir, 'run', 'study.yaml', '--resume', '--quiet')).code).toBe(0);
  });

  it('a folder of an earlier study of the same name is emptied before a trial begins', async () => {
    const dir = project('trials: 1\n');
    await attune(dir, 'run', 'study.yaml', '--quiet', '--storage', 'memory');
    writeFileSync(join(trialDir(dir, 0), 'old.txt'), 'of the first study');
    await attune(dir, 'run', 'study.yaml', '--quiet', '--storage', 'memory');
    expect(existsSync(join(trialDir(dir, 0), 'old.txt'))).toBe(false);
    expect(stdoutOf(dir, 0)).not.toContain('resumed');
  });

  it.each([
    ['trails: 3\n', [], 'study.yaml:7: unknown key "trails"; did you mean "trials"?'],
    ['trials: 0\n', [], 'study.yaml:7: trials wants a whole number ≥ 1; got 0.'],
    ['', ['--epochs', '3'], '--epochs is for experiments'],
  ])('%j %j is refused with exit code 2, and nothing is written', async (more, args, sentence) => {
    const dir = project(more);
    const before = listing(dir);
    const { code, stdout, stderr } = await attune(dir, 'run', 'study.yaml', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(listing(dir)).toEqual(before);
  });
});
