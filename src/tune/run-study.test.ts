import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { loadBundle } from '#bundle';
import { openStorage } from '#storage';
import { openStudy } from '#study';
import { runStudy, type RunEvent, type RunOptions, type RunSummary } from './index.ts';

// Each run starts processes, which takes long on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-run-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/**
 * Two interleaved moons' worth of points and a small perceptron: a trial takes some milliseconds. `events` is spliced into the schedule, which the
 * trainer calls in every step: the one place where a test can make something happen in the middle of a trial.
 */
const source = (change: Record<string, string> = {}): string => {
  const parts = {
    dataset: 'moons',
    space: '{ learningRate: choice([0.01, 0.03]), units: choice([4, 8]) }',
    model: '(p, data) => sequential([dense(p.units, { activation: "tanh" }), dense(data.classes)])',
    train:
      '(p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 32, epochs: 3, schedule: schedule(p) })',
    objective: '{ metric: "accuracy", goal: "maximize" }',
    sampler: '"grid"',
    step: '(t, p) => undefined',
    extra: 'seed: 1',
    ...change,
  };
  return `
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { choice, experiment, float } from 'attune';
import { fromArrays } from 'attune/data';
import { dense, sequential } from 'attune/nn';
import { adam } from 'attune/optim';
const rows = (n, from) => {
  const x = new Float32Array(2 * n), y = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    const angle = Math.PI * ((i * 0.618 + from) % 1), k = i % 2;
    x[2 * i] = (k ? 1 - Math.cos(angle) : Math.cos(angle)) + 0.2 * Math.sin(i * 12.9);
    x[2 * i + 1] = (k ? 0.5 - Math.sin(angle) : Math.sin(angle)) + 0.2 * Math.sin(i * 7.7);
    y[i] = k;
  }
  return { x, y };
};
const moons = () => fromArrays({ name: 'moons', inputShape: [2], labels: ['upper', 'lower'], ...rows(400, 0), test: rows(200, 0.3) });
const once = (name) => !existsSync(name) && (writeFileSync(name, ''), true);
const step = ${parts.step};
const schedule = (p) => ({ kind: 'test', config: {}, unit: 'step', factor: (t) => (step(t, p), 1) });
export default experiment({ dataset: ${parts.dataset}, space: ${parts.space}, model: ${parts.model}, train: ${parts.train},
  objective: ${parts.objective}, sampler: ${parts.sampler}, ${parts.extra} });
`;
};

interface Run {
  readonly summary: RunSummary;
  readonly events: readonly RunEvent[];
  readonly cwd: string;
}

let count = 0;
/** A folder of its own with the experiment, and what a run there takes. */
function setup(change: Record<string, string> = {}) {
  const cwd = join(dir, String(count++));
  mkdirSync(cwd);
  const file = join(cwd, 'moons.mjs');
  writeFileSync(file, source({ ...change, step: (change['step'] ?? '() => undefined').replaceAll('$DIR', cwd) }));
  const options: RunOptions = { file, storage: `sqlite:${join(cwd, 'a.db')}`, out: join(cwd, 'out'), parallel: 1 };
  const run = async (
    more: Partial<RunOptions> = {},
    onEvent: (event: RunEvent) => void = () => undefined,
  ): Promise<Run> => {
    const events: RunEvent[] = [];
    const summary = await runStudy({ ...options, ...more }, (event) => {
      events.push(event);
      onEvent(event);
    });
    return { summary, events, cwd };
  };
  return { cwd, options, run };
}

/** The grid as it comes out when nothing happens to it. */
let whole: Promise<RunSummary> | undefined;
const undisturbed = (): Promise<RunSummary> =>
  (whole ??= setup()
    .run()
    .then(({ summary }) => summary));

const essence = ({ rounds, best, test: tested }: RunSummary) => ({ rounds, best, tested });
const ofType = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

/** Epochs that a worker began, in order: each first step of an epoch writes a line. 400 rows, 320 of them trained in batches of 32: ten steps an epoch. */
const NOTING = `(t, p) => { if (t % 10 === 0) appendFileSync('$DIR/begun', [p.learningRate, p.units, t / 10 + 1].join(' ') + '\\n');`;
const begun = (cwd: string): string[] => readFileSync(join(cwd, 'begun'), 'utf8').trim().split('\n');

test('a grid is run, evaluated on test once the search has ended, and the best by validation is saved', async () => {
  const { run, cwd, options } = setup();
  const { summary, events } = await run();
  expect(summary).toMatchObject({ study: 'moons', trials: 4, reason: 'finished', resumable: false });
  expect(summary.rounds.map(({ number, params, state }) => ({ number, params, state }))).toEqual(
    [
      [0.01, 4],
      [0.01, 8],
      [0.03, 4],
      [0.03, 8],
    ].map(([learningRate, units], number) => ({ number, params: { learningRate, units }, state: 'complete' })),
  );
  const accuracies = summary.rounds.map(({ values }) => values?.['accuracy'] ?? NaN);
  expect(summary.best?.number).toBe(accuracies.indexOf(Math.max(...accuracies)));
  expect(summary.best?.values['accuracy']).toBeGreaterThan(0.75);
  expect(summary.test).toEqual(summary.rounds[summary.best?.number ?? -1]?.test);

  const order = events.map(({ type }) => type);
  expect(order[0]).toBe('started');
  expect(order.at(-1)).toBe('done');
  expect(order.lastIndexOf('trial')).toBeLessThan(order.indexOf('testing'));
  expect(ofType(events, 'epoch').length).toBe(12);
  expect(ofType(events, 'trial').every(({ epochs, state }) => epochs === 3 && state === 'complete')).toBe(true);

  const bundle = await loadBundle(summary.bundle ?? '');
  expect(bundle.manifest.provenance).toMatchObject({ study: 'moons', trial: summary.best?.number, dataset: 'moons' });
  expect(bundle.manifest.metrics.test).toEqual(summary.test);
  // Written before the test scores were added. 80 of the 400 rows are held back for validation; the share on the diagonal is the accuracy told.
  const { labels, matrix } = JSON.parse(readFileSync(join(summary.bundle ?? '', 'confusion.json'), 'utf8')) as {
    labels: string[];
    matrix: number[][];
  };
  expect(labels).toEqual(['upper', 'lower']);
  const rows = matrix.flat().reduce((sum, n) => sum + n, 0);
  expect(rows).toBe(80);
  expect(((matrix[0]?.[0] ?? 0) + (matrix[1]?.[1] ?? 0)) / rows).toBeCloseTo(
    summary.best?.values['accuracy'] ?? NaN,
    10,
  );
  expect(JSON.parse(readFileSync(join(summary.bundle ?? '', 'schedule.json'), 'utf8'))).toEqual({
    name: 'learning rate',
    unit: 'epoch',
    values: Array.from({ length: 3 }, () => summary.best?.params['learningRate']),
  });
  await bundle.release();
  expect(readdirSync(join(cwd, 'out', 'moons')).sort()).toEqual(['best', 'trials']);
  expect(readdirSync(join(cwd, 'out', 'moons', 'trials'))).toEqual(['0', '1', '2', '3']);

  const study = await openStudy(options.storage ?? '', 'moons');
  expect(study.finished).not.toBeNull();
  await study.close();
});

test('the same seed gives the same study with one worker and with three, and another seed another', async () => {
  const one = await undisturbed();
  const three = (await setup().run({ parallel: 3 })).summary;
  const other = (await setup().run({ seed: 2 })).summary;
  expect(essence(three)).toEqual(essence(one));
  expect(other.rounds.map(({ values }) => values)).not.toEqual(one.rounds.map(({ values }) => values));
});

test('an interrupted run gives its running trials back and the resumed study equals an undisturbed one', async () => {
  const { run, options } = setup();
  const controller = new AbortController();
  let finished = 0;
  const { summary } = await run({ signal: controller.signal, parallel: 1 }, ({ type }) => {
    if (type === 'trial') finished++;
    if (type === 'epoch' && finished === 2) controller.abort();
  });
  expect(summary).toMatchObject({ reason: 'interrupted', resumable: true, trials: 2 });
  expect(summary).not.toHaveProperty('test');
  const study = await openStudy(options.storage ?? '', 'moons');
  expect(study.trials.map(({ state }) => state)).toEqual(['complete', 'complete', 'waiting']);
  await study.close();

  const { summary: resumed, events } = await run({ resume: true });
  expect(ofType(events, 'started')[0]).toMatchObject({ study: 'moons', resumed: 2, trials: 4 });
  expect(
    ofType(events, 'trial')
      .map(({ number }) => number)
      .sort(),
  ).toEqual([2, 3]);
  expect(essence(resumed)).toEqual(essence(await undisturbed()));
  expect(resumed.reason).toBe('finished');
});

test('a worker that is killed in a trial is replaced and the trial is run again with the same result', async () => {
  const { run } = setup({
    step: `(t) => { if (t === 12 && once('$DIR/killed')) process.kill(process.pid, 'SIGKILL'); }`,
  });
  const { summary, events } = await run();
  expect(ofType(events, 'retry')).toMatchObject([{ reason: 'its worker process was ended by SIGKILL' }]);
  expect(essence(summary)).toEqual(essence(await undisturbed()));
});

test.runIf(process.platform === 'linux')(
  'a worker that freezes is given up after the lease time, and its trial goes on',
  async () => {
    const { run, cwd } = setup({
      step: `${NOTING} if (t === 25 && once('$DIR/frozen')) process.kill(process.pid, 'SIGSTOP'); }`,
    });
    const { summary, events } = await run({ leaseMs: 1500 });
    expect(ofType(events, 'retry')).toMatchObject([{ number: 0, reason: 'its worker process was ended by SIGKILL' }]);
    expect(essence(summary)).toEqual(essence(await undisturbed()));
    expect(begun(cwd)).toHaveLength(4 * 3 + 1);
  },
);

test.runIf(process.platform === 'linux')(
  'a run that freezes loses its trial to another after the lease time; when it wakes, its late result is refused',
  async () => {
    // 20 ms a step: the freeze comes in the middle of a trial.
    const { run, cwd, options } = setup({
      step: '() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20)',
    });
    const script = join(cwd, 'frozen.mjs');
    const door = fileURLToPath(new URL('./index.ts', import.meta.url));
    writeFileSync(
      script,
      `import { runStudy } from ${JSON.stringify(door)};
       await runStudy(${JSON.stringify({ ...options, study: 's', resume: true, leaseMs: 1500 })}, (event) => console.log(JSON.stringify(event)));`,
    );
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    while (!printed.includes('"type":"epoch"')) await once(child.stdout, 'data');
    child.kill('SIGSTOP');
    const { summary } = await run({ study: 's', resume: true, leaseMs: 1500 });
    expect(essence(summary)).toEqual(essence(await undisturbed()));
    child.kill('SIGCONT');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    expect(printed).toContain('was given up as lost and taken over; this result of attempt 1 comes too late.');

    const storage = await openStorage(options.storage ?? '');
    const events = (await storage.read('1', 0)).map(({ event }) => event);
    const count = (type: string) => events.filter((event) => event.type === type).length;
    expect([count('trialLost'), count('trialFinished')]).toEqual([1, 4]);
    await storage.close();
  },
);

test('a trial that takes its worker down three times fails, with the last output kept, and the others go on', async () => {
  const { run, options } = setup({
    step: `(t, p) => { if (p.units === 8 && p.learningRate === 0.01 && t === 12) { console.log('out of cheese'); process.exit(7); } }`,
  });
  const { summary, events } = await run();
  expect(summary.rounds.map(({ state }) => state)).toEqual(['complete', 'failed', 'complete', 'complete']);
  expect(ofType(events, 'retry').map(({ number }) => number)).toEqual([1, 1]);
  expect(ofType(events, 'trial').find(({ number }) => number === 1)).toMatchObject({
    values: null,
    error: 'its worker process ended with exit code 7 in 3 attempts',
  });
  const study = await openStudy(options.storage ?? '', 'moons');
  expect(study.trials[1]).toMatchObject({ state: 'failed', error: { output: 'out of cheese\n' } });
  await study.close();
});

test('a trial whose code throws or whose loss diverges is a failed trial; the search goes on', async () => {
  const { run } = setup({
    step: `(t, p) => { if (p.units === 8 && t === 5) throw new RangeError('no such thing'); }`,
    train:
      '(p) => ({ optimizer: adam({ learningRate: p.learningRate === 0.03 && p.units === 4 ? 1e38 : 0.01 }), batchSize: 32, epochs: 3, schedule: schedule(p) })',
  });
  const { summary, events } = await run();
  expect(summary.rounds.map(({ state }) => state)).toEqual(['complete', 'failed', 'failed', 'failed']);
  const errors = new Map(ofType(events, 'trial').map(({ number, error }) => [number, error]));
  expect(errors.get(1)).toBe('RangeError: no such thing');
  expect(errors.get(2)).toMatch(/^Training diverged/);
  expect(summary.best?.number).toBe(0);
});

test('a trial that the pruner stops ends after that epoch, with what it had reached, and is not evaluated on test', async () => {
  const { run, cwd } = setup({
    extra: `pruner: { name: 'mine', decide: ({ trial }) => trial.number === 1 && trial.measurements.length === 2
      ? { decision: 'stop', reason: 'seen enough' } : { decision: 'continue' } }`,
  });
  const { summary, events } = await run({ trials: 2 });
  expect(ofType(events, 'trial')[1]).toMatchObject({ number: 1, state: 'pruned', epochs: 2 });
  expect(summary.rounds).toMatchObject([{ state: 'complete' }, { state: 'pruned', test: null }]);
  expect(summary.rounds[1]?.values?.['accuracy']).toBeGreaterThan(0);
  expect(readdirSync(join(cwd, 'out', 'moons', 'trials'))).toEqual(['0']);
});

test('a trial whose worker is killed goes on from its last epoch and comes out as if nothing had happened', async () => {
  const { run, cwd, options } = setup({
    step: `${NOTING} if (t === 25 && once('$DIR/killed')) process.kill(process.pid, 'SIGKILL'); }`,
  });
  const { summary } = await run();
  expect(essence(summary)).toEqual(essence(await undisturbed()));
  // Epoch 3 of the first trial is begun twice, the finished epochs once.
  expect(begun(cwd).slice(0, 5)).toEqual(['0.01 4 1', '0.01 4 2', '0.01 4 3', '0.01 4 3', '0.01 8 1']);
  expect(begun(cwd)).toHaveLength(4 * 3 + 1);
  expect(readdirSync(join(cwd, 'out', 'moons', 'trials'))).toEqual(['0', '1', '2', '3']);
  const study = await openStudy(options.storage ?? '', 'moons');
  expect(study.trials[0]).toMatchObject({ attempt: 2, measurements: [{ step: 1 }, { step: 2 }, { step: 3 }] });
  await study.close();
});

test('a paused trial leaves its worker to others and goes on from its checkpoint when it is promoted', async () => {
  const { run, cwd, options } = setup({
    step: `${NOTING} }`,
    // Every trial pauses after its first epoch; when all four have, they are promoted from the last to the first.
    extra: `seed: 1, pruner: { name: 'mine',
      decide: ({ trial, resumable }) => trial.measurements.length === 1 && resumable ? { decision: 'pause', reason: 'rung' } : { decision: 'continue' },
      promote: ({ trials }) => trials.length < 4 ? null : trials.findLast(({ state }) => state === 'paused')?.number ?? null }`,
  });
  const { summary } = await run();
  expect(essence(summary)).toEqual(essence(await undisturbed()));
  const order = ['0.01 4', '0.01 8', '0.03 4', '0.03 8'];
  const promoted = order.toReversed().flatMap((params) => [`${params} 2`, `${params} 3`]);
  expect(begun(cwd)).toEqual([...order.map((params) => `${params} 1`), ...promoted]);
  expect(readdirSync(join(cwd, 'out', 'moons', 'trials'))).toEqual(['0', '1', '2', '3']);
  const study = await openStudy(options.storage ?? '', 'moons', { pruner: 'none' });
  expect(study.counts.complete).toBe(4);
  await study.close();
});

test('a checkpoint that is gone costs time and changes nothing', async () => {
  const { run, cwd } = setup({
    step: `${NOTING} }`,
    extra: `seed: 1, pruner: { name: 'mine',
      decide: ({ trial, resumable }) => trial.measurements.length === 2 && resumable ? { decision: 'pause', reason: 'rung' } : { decision: 'continue' },
      promote: ({ trials }) => trials.length < 4 ? null : trials.find(({ state }) => state === 'paused')?.number ?? null }`,
  });
  let started = 0;
  const { summary } = await run({}, ({ type }) => {
    if (type === 'trialStarted' && ++started === 4) rmSync(join(cwd, 'out', 'moons', 'trials', '0.checkpoint'));
  });
  expect(essence(summary)).toEqual(essence(await undisturbed()));
  expect(begun(cwd).slice(8, 12)).toEqual(['0.01 4 1', '0.01 4 2', '0.01 4 3', '0.01 8 3']);
});

test('when no trial completes there is no best and no bundle', async () => {
  const { run, cwd } = setup({ step: `() => { throw new Error('never'); }` });
  const { summary } = await run();
  expect(summary).toMatchObject({ trials: 4, best: null, reason: 'finished' });
  expect(summary).not.toHaveProperty('bundle');
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

test('when the time is up, complete trials are evaluated and the study can be resumed', async () => {
  const { run } = setup({
    step: `(t, p) => { if (p.learningRate === 0.03 && once('$DIR/slow' + p.units)) { const end = Date.now() + 60000; while (Date.now() < end); } }`,
  });
  const { summary } = await run({ parallel: 1, timeoutMs: 8000 });
  expect(summary).toMatchObject({ reason: 'timeout', resumable: true });
  // On a busy machine the time may be up before the second trial: the third never ends by itself.
  expect(summary.rounds.length).toBeLessThanOrEqual(2);
  expect(summary.rounds.every(({ test: tested }) => tested !== null)).toBe(true);
  const { summary: resumed } = await run({ resume: true, study: 'moons', trials: 3 });
  expect(resumed).toMatchObject({ reason: 'finished', trials: 3 });
});

test('when the epochs are used up the study ends with the reason and goes on with more', async () => {
  const { run, options } = setup();
  const { summary } = await run({ budget: { maxEpochs: 7 } });
  expect(summary).toMatchObject({ reason: 'epochs', why: '7 epochs were trained, of 7', trials: 2, resumable: true });
  expect(summary.rounds.every(({ test: tested }) => tested !== null)).toBe(true);
  expect(summary.bundle).toBeDefined();
  const study = await openStudy(options.storage ?? '', 'moons');
  expect(study.attributes['ended']).toBe('7 epochs were trained, of 7');
  expect(study.finished).toBeNull();
  await study.close();
  const { summary: resumed } = await run({ resume: true, budget: { maxEpochs: 100 } });
  expect(essence(resumed)).toEqual(essence(await undisturbed()));
  const after = await openStudy(options.storage ?? '', 'moons');
  expect([after.attributes['ended'], after.finished?.reason]).toEqual([null, 'all trials are done']);
  await after.close();
});

test('so many failed trials end the study with the reason', async () => {
  const failing = setup({ step: `() => { throw new Error('never'); }` });
  expect((await failing.run({ budget: { maxFailures: 2 } })).summary).toMatchObject({
    reason: 'failures',
    why: '2 trials failed, of 2 that may',
    trials: 2,
    best: null,
  });
});

test('a run that is stopped while its first worker starts writes nothing', async () => {
  const { run, cwd } = setup();
  const { summary } = await run({ signal: AbortSignal.timeout(50) });
  expect(summary).toMatchObject({ study: 'moons', reason: 'interrupted', resumable: false, trials: 0 });
  expect(readdirSync(cwd)).toEqual(['moons.mjs']);
});

test('a study that goes on with another --out folder has its best bundle there', async () => {
  const { run, cwd } = setup();
  const first = await run({ epochs: 1 });
  const out = join(cwd, 'elsewhere');
  const { summary } = await run({ out, study: 'moons', resume: true });
  expect(essence(summary)).toEqual(essence(first.summary));
  const [before, after] = await Promise.all([first.summary, summary].map(({ bundle }) => loadBundle(bundle ?? '')));
  expect(after?.manifest.model).toEqual(before?.manifest.model);
  await before?.release();
  await after?.release();
});

test('two runs of one study share its trials', async () => {
  const { run } = setup({ space: '{ learningRate: choice([0.01, 0.02, 0.03]), units: choice([4, 8]) }' });
  const [a, b] = await Promise.all([
    run({ study: 's', resume: true, parallel: 1 }),
    run({ study: 's', resume: true, parallel: 1 }),
  ]);
  const numbers = [...ofType(a.events, 'trial'), ...ofType(b.events, 'trial')].map(({ number }) => number);
  expect(numbers.sort()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(a.summary.trials).toBe(6);
  expect(b.summary.trials).toBe(6);
});

test('--epochs stays with the study, and an option that contradicts its beginning is refused', async () => {
  const { run } = setup();
  const first = await run({ epochs: 1, trials: 1 });
  expect(ofType(first.events, 'epoch').length).toBe(1);
  await expect(run({ study: 'moons' })).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining('--resume') as unknown,
  });
  await expect(run({ study: 'moons', resume: true, seed: 9 })).rejects.toThrow(
    'was begun with seed 1 and cannot go on with 9',
  );
  await expect(run({ study: 'moons', resume: true, epochs: 2 })).rejects.toThrow('was begun with --epochs 1');
  await expect(run({ resume: true })).rejects.toThrow('is finished');
  const more = await run({ study: 'moons', resume: true, trials: 2 });
  expect(ofType(more.events, 'epoch').length).toBe(1);
  expect(more.summary.trials).toBe(2);
  expect((await run({ trials: 1, epochs: 1 })).summary.study).toBe('moons-2');
});

test('a study of another space under the same name is refused', async () => {
  const { run, cwd } = setup();
  await run({ trials: 1, epochs: 1 });
  const file = join(cwd, 'other.mjs');
  writeFileSync(file, source({ space: '{ learningRate: choice([0.5]), units: choice([4]) }' }));
  await expect(run({ file, study: 'moons', resume: true })).rejects.toThrow(/--edit-space/);
});

test.each([
  [
    'a model whose output does not fit the classes',
    { model: '(p) => sequential([dense(3)])' },
    /3 outputs .* has 2 classes/,
  ],
  [
    'a batch larger than the data for one of the params',
    {
      train:
        '(p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: p.units === 8 ? 1000 : 8, epochs: 1 })',
    },
    /The batch size 1000 is larger than the 320 training rows/,
  ],
  ['an unknown data set', { dataset: '"nothing"' }, /nothing/],
  [
    'an unknown metric',
    { objective: '{ metric: "acuracy", goal: "maximize" }' },
    /"acuracy" is no metric of moons; use one of .*accuracy/,
  ],
  ['code that throws for every params', { model: '() => { throw new Error("oh no"); }' }, /oh no/],
  [
    'no epochs',
    { train: '(p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 8 })' },
    /how many epochs/,
  ],
])('%s is refused before anything is written', async (_, change, message) => {
  const { run, cwd } = setup(change);
  const events: RunEvent[] = [];
  await expect(run({}, (event) => events.push(event))).rejects.toThrow(message);
  expect(readdirSync(cwd)).toEqual(['moons.mjs']);
  expect(events).toEqual([]);
});

test('a storage or an output folder that cannot be written is refused', async () => {
  const { run, cwd } = setup();
  writeFileSync(join(cwd, 'file'), '');
  await expect(run({ out: join(cwd, 'file', 'out') })).rejects.toMatchObject({ code: 'outFolder' });
  await expect(run({ storage: `sqlite:${join(cwd, 'file', 'a.db')}` })).rejects.toMatchObject({ name: 'TuneError' });
  await expect(run({ storage: 'mongo:x' })).rejects.toThrow(/mongo/);
  expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('');
});
