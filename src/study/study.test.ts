import { expect, test } from 'vitest';
import { replay, type Pruner, type Sampler, type StudyEvent } from '#core';
import { choice, float, space } from '#space';
import { memory } from '#storage';
import { createStudy, openStudy } from './create.ts';

const s = space({ x: float(0, 1), c: choice(['a', 'b']) });
const make = (options: { seed?: number; sampler?: string | Sampler; pruner?: string | Pruner; trials?: number } = {}) =>
  createStudy({
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    now: () => 1000,
    ...options,
  });

/** Pauses every resumable trial at each report, and promotes the lowest paused one when asked every second time. */
const pausing: Pruner = {
  name: 'pausing',
  decide: ({ resumable, trial }) =>
    trial.measurements.length >= 3
      ? { decision: 'continue' }
      : resumable
        ? { decision: 'pause', reason: 'rung' }
        : { decision: 'stop', reason: 'rung' },
  promote: ({ trials }) =>
    trials.length % 2 === 0 ? (trials.find((t) => t.state === 'paused')?.number ?? null) : null,
};
const stopAfter = (step: number): Pruner => ({
  name: 'stopAfter',
  decide: ({ trial }) =>
    (trial.measurements.at(-1)?.step ?? 0) >= step
      ? { decision: 'stop', reason: `worse at step ${step}` }
      : { decision: 'continue' },
});

test('ask, report, tell: a trial runs and completes', async () => {
  const study = await make();
  const trial = await study.ask();
  expect(trial).toMatchObject({ number: 0, attempt: 1, resumed: false, step: 0 });
  expect(s.parse(trial.params)).toEqual(trial.params);
  expect(study.counts.running).toBe(1);
  expect(await trial.report(1, { y: 0.5, loss: NaN })).toEqual({ decision: 'continue' });
  const record = await study.tell(trial, { y: 0.25 });
  expect(record).toMatchObject({
    state: 'complete',
    values: { y: 0.25 },
    measurements: [{ step: 1, values: { y: 0.5, loss: NaN }, at: 1000 }],
  });
  expect(study.best).toBe(record);
  expect(study.trials).toEqual([record]);
});

test('after stop a trial ends as pruned with the reason, whatever is told of it', async () => {
  const study = await make({ pruner: stopAfter(2) });
  const trial = await study.ask();
  expect(await trial.report(1, { y: 1 })).toEqual({ decision: 'continue' });
  expect(await trial.report(2, { y: 2 })).toEqual({ decision: 'stop', reason: 'worse at step 2' });
  expect(await trial.report(3, { y: 3 })).toEqual({ decision: 'stop', reason: 'worse at step 2' });
  expect(await study.tell(trial, { y: 3 })).toMatchObject({
    state: 'pruned',
    values: { y: 3 },
    reason: 'worse at step 2',
    atStep: 3,
  });
  expect(study.best).toBeNull();
});

test('a paused trial comes back from ask with its number, parameters and last step', async () => {
  const study = await make({ pruner: pausing });
  const first = await study.ask();
  expect(await first.report(4, { y: 1 })).toEqual({ decision: 'pause', reason: 'rung' });
  await expect(first.report(5, { y: 1 })).rejects.toThrow('report: trial 0 is paused, not running; ask for it first.');
  const second = await study.ask();
  expect(second.number).toBe(1);
  const again = await study.ask();
  expect(again).toMatchObject({ number: 0, params: first.params, resumed: true, step: 4, attempt: 1 });
  await expect(again.report(4, { y: 1 })).rejects.toThrow('report: trial 0: steps must grow; got 4 after 4.');
  expect(await again.report(5, { y: 1 })).toMatchObject({ decision: 'pause' });
  expect(await study.tell(again, { y: 7 })).toMatchObject({ state: 'complete', values: { y: 7 } });
});

test('a trial that cannot resume is stopped where it would be paused', async () => {
  const study = await make({ pruner: pausing });
  const trial = await study.ask({ resumable: false });
  expect(await trial.report(1, { y: 1 })).toEqual({ decision: 'stop', reason: 'rung' });
});

test.each([
  [NaN, 'the objective "y" is NaN'],
  [Infinity, 'the objective "y" is Infinity'],
  [-Infinity, 'the objective "y" is -Infinity'],
])('an objective of %d is a failed trial with that reason', async (y, message) => {
  const study = await make();
  expect(await study.tell(await study.ask(), { y })).toMatchObject({ state: 'failed', error: { message } });
  expect(study.best).toBeNull();
});

test('values of 1e300 and 1e-300 are values', async () => {
  const study = await make();
  for (const y of [1e300, 1e-300, -1e300]) await study.tell(await study.ask(), { y });
  expect(study.best?.values.y).toBe(-1e300);
});

test('wrong calls are refused in a sentence and leave the trial running', async () => {
  const study = await make();
  const trial = await study.ask();
  // Plain JavaScript may pass anything.
  const tell = (outcome: unknown) => study.tell(trial, outcome as { y: number });
  await expect(tell({ loss: 1 })).rejects.toThrow(
    'tell: trial 0: "y" is missing or no number; expected { y: number }.',
  );
  await expect(tell({ y: '1' })).rejects.toThrow('"y" is missing or no number');
  await expect(tell(undefined)).rejects.toThrow('tell: trial 0: expected { y: number }; got undefined.');
  await expect(tell({ state: 'done' })).rejects.toThrow('unknown state "done"; known: "complete", "pruned", "failed".');
  await expect(trial.report(1.5, { y: 1 })).rejects.toThrow(
    'report: trial 0: the step must be a whole number ≥ 0; got 1.5.',
  );
  await expect(trial.report(1, {})).rejects.toThrow('report: trial 0: no value was given.');
  await expect(study.tell(7, { y: 1 })).rejects.toThrow('the study has no trial 7; it has 1.');
  await expect(study.setAttribute(0, 'k', NaN)).rejects.toThrow(
    'attribute "k": the value must be JSON with finite numbers.',
  );
  expect(study.trials[0]?.state).toBe('running');
  await study.tell(trial, { y: 1 });
  await expect(study.tell(trial, { y: 2 })).rejects.toThrow('tell: trial 0 has ended before, as complete.');
});

test('enqueued parameters run first, in order of number, and are checked', async () => {
  const study = await make();
  await expect(study.enqueue({ x: 2, c: 'a' })).rejects.toThrow('params: "x" must fit float(0, 1); got 2.');
  expect(await study.enqueue({ x: 0.1, c: 'a' })).toBe(0);
  expect(await study.enqueue({ x: 0.2, c: 'b' })).toBe(1);
  expect((await study.ask()).params).toEqual({ x: 0.1, c: 'a' });
  expect((await study.ask()).params).toEqual({ x: 0.2, c: 'b' });
  const third = await study.ask();
  expect(third.number).toBe(2);
  expect(study.trials.map((t) => t.suggestedBy)).toEqual([null, null, 'random']);
});

test('known results can be added, and what a sampler gives is checked', async () => {
  const study = await make();
  await study.add({ x: 0.5, c: 'a' }, { y: 3 });
  expect(study.best).toMatchObject({ number: 0, values: { y: 3 }, suggestedBy: null });
  const bad: Sampler = { name: 'bad', suggest: () => ({ params: { x: 7, c: 'a' } }) };
  await expect((await make({ sampler: bad })).ask()).rejects.toThrow('params: "x" must fit float(0, 1); got 7.');
});

test('a lost trial is handed out again and late results of the lost worker are refused', async () => {
  const storage = memory();
  const common = {
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    storage,
    seed: 1,
  } as const;
  const dead = await createStudy({ ...common, worker: 'dead' });
  const alive = await createStudy({ ...common, worker: 'alive' });
  const lost = await dead.ask();
  await lost.report(1, { y: 1 });
  await lost.report(2, { y: 2 });
  await alive.refresh();
  const other = await alive.ask();
  expect(await alive.recover((worker) => worker !== 'dead', { keptStep: () => 1 })).toEqual([0]);
  expect(await alive.recover((worker) => worker !== 'dead')).toEqual([]);
  const again = await alive.ask();
  expect(again).toMatchObject({ number: 0, params: lost.params, attempt: 2, step: 1, resumed: true, seed: lost.seed });
  await expect(dead.tell(lost, { y: 9 })).rejects.toMatchObject({ code: 'taken-over' });
  expect(await again.report(2, { y: 5 })).toEqual({ decision: 'continue' });
  await alive.tell(again, { y: 5 });
  expect(alive.trials[0]).toMatchObject({ state: 'complete', attempt: 2, values: { y: 5 } });
  await dead.refresh();
  expect(dead.trials).toEqual(alive.trials);
  expect(other.number).toBe(1);
});

test('two studies on one storage hand out each number once', async () => {
  const storage = memory();
  const common = {
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    storage,
    seed: 1,
  } as const;
  const [a, b] = [await createStudy(common), await createStudy(common)];
  const numbers = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => (await (i % 2 === 0 ? a : b).ask()).number),
  );
  expect(numbers.sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  await a.refresh();
  await b.refresh();
  expect(a.trials).toEqual(b.trials);
});

test('a slow sampler is not starved by reports of others: its suggestion stands while the number is free', async () => {
  const storage = memory();
  let calls = 0;
  let meanwhile: (() => Promise<unknown>) | null = null;
  const slow: Sampler = {
    name: 'slow',
    suggest: () => {
      calls++;
      return { params: { x: 0.5, c: 'a' } };
    },
  };
  const racing = {
    ...storage,
    append: async (...args: Parameters<typeof storage.append>) => {
      const race = meanwhile;
      meanwhile = null;
      await race?.();
      return storage.append(...args);
    },
  };
  const common = {
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: slow,
    pruner: 'none',
    seed: 1,
  } as const;
  const a = await createStudy({ ...common, storage: racing });
  const b = await createStudy({ ...common, storage });
  const trial = await b.ask();
  calls = 0;
  await a.refresh();
  meanwhile = () => trial.report(1, { y: 1 });
  expect((await a.ask()).number).toBe(1);
  expect(calls).toBe(1);
  meanwhile = () => b.ask();
  await b.refresh();
  expect((await a.ask()).number).toBe(3);
  expect(calls).toBe(4);
});

test('the log is the study: a fold of it equals the live records after any mixture of calls', async () => {
  const chancy: Pruner = {
    ...pausing,
    promote: ({ trials, rng }) =>
      rng.float() < 0.6 ? (trials.find((t) => t.state === 'paused')?.number ?? null) : null,
  };
  const storage = memory();
  const study = await createStudy({
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: chancy,
    storage,
    seed: 1,
  });
  const heard: StudyEvent[] = [];
  const end = study.subscribe((event) => heard.push(event));
  await study.enqueue({ x: 0.5, c: 'b' });
  for (let i = 0; i < 100; i++) {
    const trial = await study.ask();
    const step = trial.step + 1;
    if (i % 7 === 3) await study.release(trial, 'interrupted');
    else if (i % 11 === 2) await study.tell(trial, { state: 'failed', error: 'x' });
    else if ((await trial.report(step, { y: step })).decision === 'continue') await study.tell(trial, { y: i });
    if (i % 9 === 0) await study.setAttribute(0, `k${i}`, [i]);
  }
  await study.setAttribute(null, 'note', 'n');
  end();
  await study.setAttribute(null, 'unheard', 1);
  const found = await storage.find('a');
  const events = (await storage.read(found?.id ?? '', 0)).map(({ event }) => event);
  const state = replay(JSON.parse(JSON.stringify(events)) as StudyEvent[]);
  expect(state.trials).toEqual(study.trials);
  expect(state.counts).toEqual(study.counts);
  expect(events.slice(1, -1)).toEqual(heard);
  expect(study.counts.paused * study.counts.failed * study.counts.complete).toBeGreaterThan(0);
  const opened = await openStudy(storage, 'a', { pruner: chancy });
  expect(opened.trials).toEqual(study.trials);
});

test('trial n depends on seed, history and n alone: an interrupted study goes on as the unbroken one', async () => {
  const objective = ({ params }: { params: { x: number } }) => ({ y: params.x });
  const common = {
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 9,
  } as const;
  const unbroken = await createStudy(common);
  await unbroken.optimize(objective, { trials: 30 });
  const storage = memory();
  for (const trials of [7, 8, 30]) await (await createStudy({ ...common, storage })).optimize(objective, { trials });
  const broken = await openStudy(storage, 'a');
  const plain = (study: { trials: readonly { params: unknown; state: string }[] }) =>
    study.trials.map(({ params, state }) => ({ params, state }));
  expect(plain(broken)).toEqual(plain(unbroken));
  const seeds = new Set([(await unbroken.ask()).seed, (await unbroken.ask()).seed, (await broken.ask()).seed]);
  expect(seeds.size).toBe(2);
});
