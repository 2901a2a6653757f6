/**
 * A small real experiment through the built command: trials, rounds, results on every kind of output, the saved model, resuming, interruption.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '#data';
import { attune, CLI, environment, freshDirectory } from './command.ts';

/** Two learning rates on the digits by a small dense network. */
const EXPERIMENT = `import { choice, experiment } from 'attune';
import { dense, flatten, sequential } from 'attune/nn';
import { adam } from 'attune/optim';

export default experiment({
  dataset: 'digits',
  space: { learningRate: choice([0.001, 0.01]), batchSize: choice([64]) },
  model: (p, data) => sequential([flatten(), dense(64, { activation: 'relu' }), dense(data.classes)]),
  train: (p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: p.batchSize, epochs: 1 }),
  objective: { metric: 'accuracy', goal: 'maximize' },
  sampler: 'grid',
});
`;

function project(source = EXPERIMENT): string {
  const dir = freshDirectory();
  writeFileSync(join(dir, 'digits.ts'), source);
  return dir;
}

type JsonLine = Readonly<Record<string, unknown>>;
const jsonLines = (text: string): JsonLine[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonLine); // the command prints objects only

/** Test digits as PNG files, as many of each class as asked, named by their label. */
async function writeDigits(dir: string, perClass: number): Promise<{ path: string; label: string }[]> {
  const { test } = await loadDataset('digits');
  if (test?.ids === undefined) throw new Error('digits have a test split with names');
  const folder = join(createRequire(import.meta.url).resolve('mnist/package.json'), '..', 'src', 'digits');
  const pixels = Array.from({ length: 10 }, (_, digit) => {
    const { data } = JSON.parse(readFileSync(join(folder, `${digit}.json`), 'utf8')) as { data: number[] }; // its format
    return data;
  }).flat();
  const files: { path: string; label: string }[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const rows = Array.from(test.targets, (target, i) => ({ target, i })).filter(({ target }) => target === digit);
    for (const { i } of rows.slice(0, perClass)) {
      const row = Number(/\d+$/.exec(test.ids(i))?.[0]); // "digits row 1234", counted over all files
      const image = new PNG({ width: 28, height: 28 });
      for (let p = 0; p < 784; p++) image.data.fill(Math.round((pixels[row * 784 + p] ?? 0) * 255), 4 * p, 4 * p + 3);
      for (let p = 0; p < 784; p++) image.data[4 * p + 3] = 255;
      const path = `digit-${digit}-${row}.png`;
      writeFileSync(join(dir, path), PNG.sync.write(image));
      files.push({ path, label: String(digit) });
    }
  }
  return files;
}

describe('attune run', { timeout: 180_000 }, () => {
  it('with --json prints one object for each trial and a last one, and nothing else on stdout', async () => {
    const dir = project();
    const { code, stdout, stderr } = await attune(dir, 'run', 'digits.ts', '--json', '--parallel', '2');
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.map(({ event }) => event)).toEqual(['trial', 'trial', 'done']);
    const [last] = lines.slice(-1);
    for (const line of lines.slice(0, 2)) {
      expect(Object.keys(line)).toEqual(['event', 'number', 'state', 'params', 'values', 'epochs', 'seconds']);
      expect(line).toMatchObject({ state: 'complete', epochs: 1, params: { batchSize: 64 } });
      expect((line['values'] as { accuracy: number }).accuracy).toBeGreaterThan(0.7); // chance is 0.1
    }
    expect(Object.keys(last ?? {})).toEqual(['event', 'study', 'trials', 'best', 'test', 'bundle']);
    expect(last).toMatchObject({ study: 'digits', trials: 2, bundle: join(dir, 'attune-out', 'digits', 'best') });
    expect(Object.keys(last?.['test'] ?? {})).toEqual(['accuracy']);
    expect(stderr).toContain('trial 0 started: learningRate=0.001 batchSize=64');
  });

  it('in a pipe prints plain lines, the rounds, the table, the best and how to predict; the model then knows its digits', async () => {
    const dir = project();
    const { code, stdout, stderr } = await attune(dir, 'run', 'digits.ts');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^study digits: 2 trials, \d+ at a time\n/);
    expect(stdout).toMatch(/\ntrial 0 epoch 1: loss \d\.\d{4} accuracy 0\.\d{4} \(training loss/);
    expect(stdout).toMatch(
      /\nRound 1: LR=0\.001, BS=64, Accuracy=0\.\d{4}\nRound 2: LR=0\.01, BS=64, Accuracy=0\.\d{4}\n/,
    );
    expect(stdout).toMatch(/\nBest: trial [01], accuracy 0\.\d{4} on validation, 0\.\d{4} on test\n/);
    const bundle = join('attune-out', 'digits', 'best');
    expect(stdout).toContain(`\nModel: ${bundle}\nPredict: attune predict ${bundle} FILE\n`);

    const files = await writeDigits(dir, 2);
    const answers = await attune(dir, 'predict', bundle, ...files.map(({ path }) => path), '--json');
    expect(answers.code).toBe(0);
    const right = jsonLines(answers.stdout).filter(({ label }, i) => label === files[i]?.label);
    // Test accuracy is about 0.9; 14 or more of 20 fails by chance once in 2,000 (binomial), a wrong encoding gets 2.
    expect(right.length).toBeGreaterThanOrEqual(14);
    const first = jsonLines(answers.stdout)[0] as { probability: number; probabilities: Record<string, number> };
    expect(Object.values(first.probabilities).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);

    const text = await attune(dir, 'predict', bundle, files[0]?.path ?? '');
    expect(text.stdout).toMatch(/^digit-0-\d+\.png: \d {2}\(\d [01]\.\d{4}(, \d [01]\.\d{4}){9}\)\n$/);

    writeFileSync(join(dir, 'large.png'), PNG.sync.write(new PNG({ width: 30, height: 28, fill: true })));
    const large = await attune(dir, 'predict', bundle, 'large.png');
    expect(large).toMatchObject({ code: 2, stdout: '' });
    expect(large.stderr).toMatch(/^attune: large\.png .*28 × 30.*28 × 28.*\n$/);

    // What the reading commands make of it.
    expect((await attune(dir, 'studies')).stdout).toMatch(/\ndigits +2\/2 +0 +0\.\d{4} +finished/);
    const shown = (await attune(dir, 'show', 'digits')).stdout;
    expect(shown).toContain('maximize accuracy');
    expect(shown).toMatch(/learningRate +choice\(\[0\.001, 0\.01\]\)/);
    expect(shown).toContain('accuracy by trial');
    expect((await attune(dir, 'best', 'digits')).stdout).toMatch(/^learningRate=0\.01?0?1?\nbatchSize=64\n$/);
    expect(JSON.parse((await attune(dir, 'best', 'digits', '--json')).stdout)).toMatchObject({
      params: { batchSize: 64 },
    });
    const csv = (await attune(dir, 'export', 'digits', '--format', 'csv')).stdout.split('\n');
    expect(csv[0]).toMatch(/^number,state,values\.accuracy,learningRate,batchSize,/);
    expect(csv[1]).toMatch(/^0,complete,0\.\d+,0\.001,64,/);
    const written = await attune(dir, 'export', 'digits', '--format', 'json', '--out', 'digits.json');
    expect({ ...written }).toEqual({ code: 0, stdout: '', stderr: '2 trials written to digits.json\n' });
    expect(JSON.parse(readFileSync(join(dir, 'digits.json'), 'utf8'))).toMatchObject({
      trials: [{ number: 0 }, { number: 1 }],
    });
    const events = await attune(dir, 'export', 'digits', '--format', 'tensorboard', '--out', 'events');
    expect({ ...events }).toEqual({
      code: 0,
      stdout: '',
      stderr: '2 runs written to events; look at them with: tensorboard --logdir events\n',
    });
    expect(readdirSync(join(dir, 'events')).filter((name) => name.startsWith('trial'))).toEqual([
      'trial-0000',
      'trial-0001',
    ]);
    const plot = await attune(dir, 'plot', 'digits', 'history', '--out', 'history.svg');
    expect(plot).toMatchObject({ code: 0, stdout: '' });
    expect(plot.stderr).toMatch(
      /^history\.svg: accuracy by trial: 2 complete trials, 0 pruned, 0 failed; the best so far is 0\.\d+/,
    );
    expect(readFileSync(join(dir, 'history.svg'), 'utf8')).toMatch(/^<svg /);
    const confusion = await attune(dir, 'plot', 'digits', 'confusion', '--out', 'confusion.svg');
    expect(confusion).toMatchObject({ code: 0, stdout: '' });
    expect(confusion.stderr).toMatch(
      /^confusion\.svg: Confusion matrix of 10 classes: \d+ of \d+ right; most often wrong: /,
    );
    const schedule = await attune(dir, 'plot', 'digits', 'schedule', '--trial', '1', '--out', 'schedule.csv');
    expect(schedule).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(join(dir, 'schedule.csv'), 'utf8')).toMatch(/^epoch,learning rate\r?\n1,0\.\d+/);
    expect(await attune(dir, 'plot', 'digits', 'confusion', '--runs', 'elsewhere', '--out', 'x.svg')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`has no ${join('elsewhere', 'digits', 'trials')}`) as string,
    });
    const report = await attune(dir, 'report', 'digits', '--out', 'report.html');
    expect({ ...report }).toEqual({ code: 0, stdout: '', stderr: 'The report of "digits" is in report.html\n' });
    const html = readFileSync(join(dir, 'report.html'), 'utf8');
    expect(html).toMatch(/Trial \d: accuracy 0\.\d{4} on validation, 0\.\d{4} on test\./);
    expect(html).toMatch(/It ran with attune \d+\.\d+\.\d+, node v\d+/);
    const again = await attune(dir, 'export', 'digits', '--format', 'tensorboard', '--out', 'events');
    expect({ ...again }).toEqual({
      code: 2,
      stdout: '',
      stderr: 'attune: --out events is there already; name a new or empty folder for the event files.\n',
    });
  });

  it('with --quiet prints the result only', async () => {
    const { stdout } = await attune(project(), 'run', 'digits.ts', '--quiet', '--trials', '1', '--storage', 'memory');
    expect(stdout).toMatch(/^Round 1: LR=0\.001, BS=64, Accuracy=/);
  });

  it('names a second study of a file digits-2, and resumes by name with more trials', async () => {
    const dir = project();
    const run = async (...args: readonly string[]): Promise<JsonLine[]> =>
      jsonLines((await attune(dir, 'run', 'digits.ts', '--json', '--quiet', ...args)).stdout);
    expect((await run('--trials', '1')).at(-1)).toMatchObject({ study: 'digits', trials: 1 });
    expect((await run('--trials', '1')).at(-1)).toMatchObject({ study: 'digits-2', trials: 1 });
    const resumed = await run('--study', 'digits', '--resume', '--trials', '2');
    expect(resumed.filter(({ event }) => event === 'trial')).toMatchObject([{ number: 1 }]);
    expect(resumed.at(-1)).toMatchObject({ study: 'digits', trials: 2 });
  });

  it('exits with 1 and a best that is null when no trial completes', async () => {
    const dir = project(EXPERIMENT.replace('choice([0.001, 0.01])', 'choice([1e30])'));
    const { code, stdout } = await attune(dir, 'run', 'digits.ts', '--json', '--quiet');
    expect(code).toBe(1);
    const [trial, last] = jsonLines(stdout);
    expect(trial).toMatchObject({ event: 'trial', state: 'failed', values: null });
    expect(trial?.['error']).toMatch(/NaN|Infinity|diverged/i);
    expect(last).toEqual({ event: 'done', study: 'digits', trials: 1, best: null, bundle: null });
    expect(existsSync(join(dir, 'attune-out', 'digits', 'best'))).toBe(false);

    const best = await attune(dir, 'best', 'digits');
    expect(best).toEqual({ code: 1, stdout: '', stderr: 'attune: Study "digits" has no complete trial.\n' });
    const shown = await attune(dir, 'show', 'digits');
    expect(shown.stdout).toMatch(/\nTrial 0 failed: /);
  });

  it('stops at the first Ctrl-C with exit code 130, says how to go on, and goes on', async () => {
    const dir = project(EXPERIMENT.replace('epochs: 1', 'epochs: p.learningRate === 0.001 ? 1 : 500'));
    const child = spawn(process.execPath, [CLI, 'run', 'digits.ts', '--parallel', '1'], {
      cwd: dir,
      env: environment(),
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    while (!stdout.includes('trial 1 epoch 1')) await sleep(50);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(stderr).toContain('Go on with: attune run digits.ts --study digits --resume --parallel 1\n');
    expect(stdout).toMatch(/\nRound 1: /);

    expect((await attune(dir, 'studies', '--json')).stdout).toMatch(
      /"complete":1,"failed":0,"running":0,"finished":false/,
    );
    writeFileSync(join(dir, 'digits.ts'), EXPERIMENT);
    const resumed = await attune(dir, 'run', 'digits.ts', '--resume', '--json', '--quiet');
    expect(resumed.code).toBe(0);
    expect(jsonLines(resumed.stdout)).toMatchObject([
      { event: 'trial', number: 1, state: 'complete' },
      { event: 'done', study: 'digits', trials: 2 },
    ]);
  });

  it('is no crash when the reader of its output goes away', async () => {
    const dir = project();
    await attune(dir, 'run', 'digits.ts', '--quiet');
    const shell = (command: string): Promise<{ stdout: string; stderr: string }> =>
      new Promise((resolve) =>
        execFile(
          'bash',
          ['-c', command],
          { cwd: dir, env: { ...environment(), NODE: process.execPath, CLI } },
          (_error, stdout, stderr) => resolve({ stdout, stderr }),
        ),
      );
    expect(await shell('"$NODE" "$CLI" show digits | head -1; test ${PIPESTATUS[0]} = 0 && echo fine')).toEqual({
      stdout: 'Study digits\nfine\n',
      stderr: '',
    });
    const cut = await shell('"$NODE" "$CLI" run digits.ts | head -1');
    expect(cut.stdout).toMatch(/^study digits-2: /);
    expect(cut.stderr).not.toMatch(/EPIPE|^\s+at /m);
  });
});

it('attune --help costs at most 200 ms of processor time', async () => {
  // Processor time, because wall time on a busy machine says nothing: idle, the two are about the same.
  const meter = `data:text/javascript,${encodeURIComponent(
    "process.on('exit', () => { const { user, system } = process.cpuUsage(); process.stderr.write(String((user + system) / 1000)); })",
  )}`;
  const timed = (): Promise<number> =>
    new Promise((resolve) => {
      execFile(
        process.execPath,
        ['--import', meter, CLI, '--help'],
        { env: environment() },
        (_error, stdout, stderr) => {
          expect(stdout).toContain('Usage: attune');
          resolve(Number(stderr));
        },
      );
    });
  const times = [await timed(), await timed(), await timed(), await timed(), await timed()];
  expect(Math.min(...times)).toBeLessThan(200);
}, 60_000);
