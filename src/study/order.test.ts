/** Ordered mode: what the seed decides is decided, whatever the number of workers, their speed, and their deaths. */
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { PruneContext, Pruner, Sampler, Storage, SuggestContext, TrialRecord } from '#core';
import { createRng, type Rng } from '#math';
import { branch, choice, float, space } from '#space';
import { memory, openStorage } from '#storage';
import { createStudy } from './create.ts';
import { fingerprint } from './fingerprint.ts';
import type { OptimizeOptions } from './optimize.ts';
import type { Trial } from './trial.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-order-'));
afterAll(() => rmSync(dir, { recursive: true }));

const s = space({ x: float(0, 1), c: choice(['a', 'b', 'c']), o: branch({ p: { k: float(1, 2) }, q: {} }) });
type P = Trial<{ x: number; c: 'a' | 'b' | 'c' }>;
const STEPS = 9;

interface Setting {
  readonly sampler?: string | Sampler;
  readonly pruner?: string | Pruner;
  readonly seed?: number;
  readonly storage?: Storage;
  readonly trials?: number;
}
const open = ({ sampler = 'tpe', pruner = 'auto', seed = 1, storage = memory(), trials = 16 }: Setting) =>
  createStudy({
    name: 's',
    space: s,
    objectives: { y: 'minimize' },
    sampler,
    pruner,
    seed,
    storage,
    trials,
    maxSteps: STEPS,
  });

/** A curve that falls towards a value of its own; every step takes a time of its own. */
const objective =
  (timing: Rng, signal?: AbortSignal) =>
  async (trial: P): Promise<{ y: number } | undefined> => {
    const { x, c } = trial.params;
    const end = (x - 0.3) ** 2 + (c === 'b' ? 0 : 0.1);
    const valueAt = (step: number): number => end + (0.3 + x) / step;
    for (let step = trial.step + 1; step <= STEPS; step++) {
      if (timing.float() < 0.5) await sleep(3 * timing.float());
      if (signal?.aborted === true) throw new Error('interrupted');
      const { decision } = await trial.report(step, { y: valueAt(step) });
      if (decision === 'pause') return undefined;
      if (decision === 'stop') return { y: valueAt(step) };
    }
    return { y: valueAt(STEPS) };
  };

/** Opens or continues the study and runs it to its end, or to an abort. */
async function run(setting: Setting, options: OptimizeOptions, timing: number, abortAfterMs = Infinity) {
  const study = await open(setting);
  const controller = new AbortController();
  const timer = abortAfterMs < Infinity ? setTimeout(() => controller.abort(), abortAfterMs) : undefined;
  const { signal } = controller;
  await study.optimize(objective(createRng(timing), signal), { resumable: true, signal, ...options });
  clearTimeout(timer);
  return study;
}
const print = ({ trials }: { readonly trials: readonly TrialRecord[] }): string => fingerprint(trials);

test('the same seed and lag give the same study for any number of workers and any timing', async () => {
  for (const pruner of ['auto', 'asha', 'hyperband', 'none'])
    for (const lag of [1, 3]) {
      const studies = await Promise.all(
        [1, 2, 3, 5].map((parallel) => run({ pruner, seed: lag }, { parallel, lag }, parallel)),
      );
      expect(new Set(studies.map(print)).size, `${pruner}, lag ${lag}`).toBe(1);
      if (pruner === 'asha') expect(studies[0]?.trials.some(({ state }) => state === 'paused')).toBe(true);
    }
});

test('without it, timing decides: the same comparison fails', async () => {
  const prints = await Promise.all([1, 2, 3, 4].map(async (t) => print(await run({}, { parallel: 3, lag: 0 }, t))));
  expect(new Set(prints).size).toBeGreaterThan(1);
});

test('a study interrupted at random moments and resumed equals the undisturbed one, trial by trial', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('auto', 'asha', 'median'),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 4 }),
      fc.integer(),
      async (pruner, lag, aborts, timing) => {
        const expected = await run({ pruner, trials: 12 }, { parallel: 1, lag }, timing);
        const storage = memory();
        const setting: Setting = { pruner, trials: 12, storage };
        for (const [i, ms] of aborts.entries()) await run(setting, { parallel: 1 + (i % 3), lag }, timing + i, ms);
        const resumed = await run(setting, { parallel: 2, lag }, timing - 1);
        expect(print(resumed)).toBe(print(expected));
      },
    ),
    { numRuns: 25, seed: 5 },
  );
});

test('two loops of one study on disk share it, and it comes out the same', async () => {
  const expected = await run({ pruner: 'asha' }, { parallel: 1, lag: 4 }, 1);
  const address = `sqlite:${join(dir, 'two.db')}`;
  const [a, b] = await Promise.all([openStorage(address), openStorage(address)]);
  const [first, second] = await Promise.all([
    run({ pruner: 'asha', storage: a }, { parallel: 2, lag: 4 }, 2),
    run({ pruner: 'asha', storage: b }, { parallel: 2, lag: 4 }, 3),
  ]);
  await first.refresh();
  expect(print(first)).toBe(print(expected));
  await second.refresh();
  expect(print(second)).toBe(print(expected));
  await a.close();
  await b.close();
});

test('trial n is chosen from the results of trials ≤ n − lag; later ones are pending even if they have ended', async () => {
  const LAG = 3;
  const seen: string[][] = [];
  const watching: Sampler = {
    name: 'watching',
    suggest: ({ trials, number }: SuggestContext) => {
      seen[number] = trials.map(({ state }) => state);
      return { params: { x: (number % 10) / 10, c: 'a', o: { kind: 'q' } } };
    },
  };
  await run({ sampler: watching, pruner: 'none', trials: 8 }, { parallel: 2, lag: LAG }, 1);
  expect(seen).toHaveLength(8);
  seen.forEach((states, n) => expect(states).toEqual(states.map((_, i) => (i <= n - LAG ? 'complete' : 'running'))));
});

test('the pruner of trial n sees its own measurements and, of the others, those of trials ≤ n − lag', async () => {
  const LAG = 2;
  const seen: { number: number; others: number[]; own: number }[] = [];
  const watching: Pruner = {
    name: 'watching',
    decide: ({ trial, trials }: PruneContext) => {
      const others = trials.filter((t) => t.number !== trial.number && t.measurements.length > 0);
      seen.push({ number: trial.number, others: others.map((t) => t.number), own: trial.measurements.length });
      return { decision: 'continue' };
    },
  };
  await run({ sampler: 'random', pruner: watching, trials: 6 }, { parallel: 2, lag: LAG }, 1);
  expect(seen).toHaveLength(6 * STEPS);
  for (const { number, others } of seen)
    expect(others).toEqual(Array.from({ length: Math.max(0, number - LAG + 1) }, (_, i) => i));
  expect(seen.filter(({ number }) => number === 5).map(({ own }) => own)).toEqual(
    Array.from({ length: STEPS }, (_, i) => i + 1),
  );
});

test('a lost worker does not change what is known: its trial is run again in the same turn', async () => {
  const expected = await run({ pruner: 'asha' }, { parallel: 2, lag: 2 }, 1);
  const study = await open({ pruner: 'asha' });
  await study.settleLag(2, undefined);
  const rng = createRng('losses');
  const running: Trial<P['params']>[] = [];
  let losses = 0;
  for (;;) {
    const work = running.length < 2 ? await study.next(16, { resumable: true, lag: 2 }) : { later: '' };
    if ('nothing' in work) break;
    if ('trial' in work) running.push(work.trial);
    const at = rng.int(0, running.length - 1);
    const trial = running[at];
    if (trial === undefined) throw new Error('nothing runs and nothing is next');
    if (rng.float() < 0.2 && losses++ < 20) {
      // As a killed worker with a checkpoint of the step before the last.
      const { measurements } = study.trials[trial.number] ?? { measurements: [] };
      await study.release(trial, 'killed', measurements.at(-2)?.step ?? null);
      running.splice(at, 1);
      continue;
    }
    const known = study.trials[trial.number]?.measurements.at(-1)?.step ?? 0;
    const { x, c } = trial.params;
    const y = (x - 0.3) ** 2 + (c === 'b' ? 0 : 0.1) + (0.3 + x) / (known + 1);
    const { decision } = await trial.report(known + 1, { y });
    if (decision === 'stop' || known + 1 === STEPS) await study.tell(trial, { y });
    if (decision !== 'continue' || known + 1 === STEPS) running.splice(at, 1);
  }
  expect(losses).toBeGreaterThan(5);
  expect(print(study)).toBe(print(expected));
});

test('a sampler that never looks at results keeps nobody waiting, and the study is the same', async () => {
  let now = 0;
  let most = 0;
  const study = await open({ sampler: 'random', pruner: 'none' });
  await study.optimize(
    async ({ params }) => {
      most = Math.max(most, ++now);
      await sleep(5);
      now--;
      return { y: params.x };
    },
    { parallel: 4, lag: 1 },
  );
  expect(most).toBe(4);
  const one = await open({ sampler: 'random', pruner: 'none' });
  await one.optimize(({ params }) => ({ y: params.x }), { lag: 1 });
  expect(print(study)).toBe(print(one));
});

test('the lag is settled when a study begins: by default the number of workers where a seed was given', async () => {
  const setting = { pruner: 'none', storage: memory() };
  const study = await run({ ...setting, trials: 4 }, { parallel: 3 }, 1);
  expect(study.lag).toBe(3);
  expect((await run({ ...setting, trials: 6 }, { parallel: 1 }, 2)).lag).toBe(3);
  await expect(run({ ...setting, trials: 8 }, { lag: 2 }, 3)).rejects.toThrow(
    'study "s" was begun with lag 3 and cannot go on with lag 2.',
  );
  await expect(run({ ...setting, trials: 8 }, { lag: 0 }, 3)).rejects.toThrow('cannot go on without.');
  await expect(run(setting, { lag: 1.5 }, 3)).rejects.toThrow('lag must be a whole number ≥ 0; got 1.5.');
  const unseeded = await createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'random', trials: 3 });
  await unseeded.optimize(objective(createRng(1)), { parallel: 3 });
  expect(unseeded.lag).toBeNull();
});

test('an enqueued trial takes a turn of its own, and what is added with its outcome is known at once', async () => {
  const build = async (parallel: number) => {
    const study = await open({ pruner: 'asha' });
    await study.enqueue({ x: 0.3, c: 'b', o: { kind: 'q' } });
    await study.add({ x: 0.9, c: 'a', o: { kind: 'q' } }, { y: 5 });
    await study.optimize(objective(createRng(parallel)), { resumable: true, parallel, lag: 3 });
    return study;
  };
  const [one, four] = await Promise.all([build(1), build(4)]);
  expect(print(four)).toBe(print(one));
  expect(one.trials[0]).toMatchObject({ suggestedBy: null, state: 'complete' });
});
