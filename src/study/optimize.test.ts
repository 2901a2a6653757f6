import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Pruner } from '#core';
import { choice, float, space } from '#space';
import { memory } from '#storage';
import { createStudy } from './create.ts';

const s = space({ x: float(0, 1) });
const make = (options: { pruner?: Pruner; trials?: number } = {}) =>
  createStudy({ space: s, objectives: { y: 'minimize' }, sampler: 'random', pruner: 'none', seed: 1, ...options });

test('trials is the number the study has in the end, so the same call again does nothing', async () => {
  const study = await make();
  expect(await study.optimize(({ params }) => ({ y: params.x }), { trials: 10 })).toEqual({
    reason: 'the study has 10 trials.',
    ran: 10,
  });
  expect(await study.optimize(({ params }) => ({ y: params.x }), { trials: 10 })).toEqual({
    reason: 'the study has 10 trials.',
    ran: 0,
  });
  expect(await study.optimize(({ params }) => ({ y: params.x }), { trials: 12 })).toMatchObject({ ran: 2 });
  expect(study.finished).toEqual({ reason: 'the study has 12 trials.' });
});

test('the planned number of trials is the default; without any end the call is refused', async () => {
  expect(await (await make({ trials: 4 })).optimize(() => ({ y: 0 }))).toMatchObject({ ran: 4 });
  await expect((await make()).optimize(() => ({ y: 0 }))).rejects.toThrow(
    'optimize: nothing would end it; give trials, timeoutMs or signal.',
  );
  await expect((await make()).optimize(() => ({ y: 0 }), { trials: 0 })).rejects.toThrow(
    'optimize: trials must be a whole number ≥ 1; got 0.',
  );
  await expect((await make()).optimize(() => ({ y: 0 }), { trials: 1, parallel: 1.5 })).rejects.toThrow(
    'parallel must be a whole number ≥ 1; got 1.5.',
  );
});

test('a failed objective is a failed trial with its error, and the study goes on', async () => {
  const study = await make();
  await study.optimize(
    ({ number }) => {
      if (number === 1) throw new Error('out of memory');
      const text: unknown = 'a string';
      if (number === 2) throw text;
      // Plain JavaScript may return anything.
      if (number === 3) return {} as { y: number };
      if (number === 4) return undefined;
      return { y: number === 5 ? NaN : number };
    },
    { trials: 7 },
  );
  expect(study.trials.map((t) => (t.state === 'failed' ? t.error.message : t.state))).toEqual([
    'complete',
    'out of memory',
    'a string',
    'tell: trial 3: "y" is missing or no number; expected { y: number }.',
    'the objective returned no values',
    'the objective "y" is NaN',
    'complete',
  ]);
  expect(study.trials[1]).toMatchObject({ error: { output: expect.stringContaining('optimize.test.ts') as string } });
});

test('parallel objectives overlap, never more than asked for', async () => {
  const study = await make();
  let now = 0;
  let most = 0;
  await study.optimize(
    async () => {
      most = Math.max(most, ++now);
      await sleep(2);
      now--;
      return { y: 0 };
    },
    { trials: 20, parallel: 4 },
  );
  expect(most).toBe(4);
  expect(study.counts.complete).toBe(20);
});

test('after the time is over no trial starts, and the study stays open', async () => {
  const study = await make();
  const result = await study.optimize(
    async () => {
      await sleep(20);
      return { y: 0 };
    },
    { timeoutMs: 50 },
  );
  expect(result.reason).toBe('the time of 50 ms is over.');
  expect(study.counts.complete).toBe(result.ran);
  expect(result.ran).toBeGreaterThanOrEqual(1);
  expect(study.finished).toBeNull();
});

test('an aborted trial goes back in line, and the next call runs it first', async () => {
  const study = await make();
  const abort = new AbortController();
  const result = await study.optimize(
    ({ number }) => {
      if (number < 2) return { y: number };
      abort.abort();
      throw new Error('interrupted by the user');
    },
    { trials: 5, signal: abort.signal },
  );
  expect(result).toEqual({ reason: 'interrupted.', ran: 3 });
  expect(study.trials[2]).toMatchObject({ state: 'waiting', attempt: 2 });
  const order: number[] = [];
  await study.optimize(({ number }) => (order.push(number), { y: 0 }), { trials: 5 });
  expect(order).toEqual([2, 3, 4]);
});

/** Successive halving in its simplest form: pause at step 1, promote the best paused once four have paused. */
const rungs: Pruner = {
  name: 'rungs',
  decide: ({ trial, resumable }) =>
    trial.measurements.length === 1
      ? resumable
        ? { decision: 'pause', reason: 'rung 1' }
        : { decision: 'stop', reason: 'rung 1' }
      : { decision: 'continue' },
  promote: ({ trials }) => {
    const paused = trials.filter((t) => t.state === 'paused');
    if (trials.filter((t) => t.measurements.length > 0).length < 4) return null;
    const worth = !trials.some((t) => t.state === 'complete' || (t.state === 'running' && t.measurements.length > 0));
    return worth
      ? (paused.sort((a, b) => (a.measurements[0]?.values['y'] ?? 0) - (b.measurements[0]?.values['y'] ?? 0))[0]
          ?.number ?? null)
      : null;
  },
};

test.each([1, 3])(
  'resumable objectives are paused and promoted, also when all numbers are used up (parallel %d)',
  async (parallel) => {
    const study = await make({ pruner: rungs });
    const resumed: number[] = [];
    await study.optimize(
      async (trial) => {
        if (trial.resumed) resumed.push(trial.number);
        for (let step = trial.step + 1; step <= 3; step++) {
          const { decision } = await trial.report(step, { y: trial.params.x });
          if (decision !== 'continue') return;
        }
        return { y: trial.params.x };
      },
      { trials: 4, parallel, resumable: true },
    );
    expect(resumed).toHaveLength(1);
    expect(study.counts).toMatchObject({ complete: 1, paused: 3, running: 0 });
    expect(study.best?.measurements.map((m) => m.step)).toEqual([1, 2, 3]);
  },
);

test('without resumable the same pruner stops them, and a stopped objective may return nothing', async () => {
  const study = await make({ pruner: rungs });
  await study.optimize(async (trial) => void (await trial.report(1, { y: 1 })), { trials: 3 });
  expect(study.trials.map((t) => t.state)).toEqual(['pruned', 'pruned', 'pruned']);
});

test('an error of the storage ends the call after the running objectives have ended', async () => {
  const storage = memory();
  let broken = false;
  const breaking = {
    ...storage,
    append: (...args: Parameters<typeof storage.append>) =>
      broken ? Promise.reject(new Error('disk on fire')) : storage.append(...args),
  };
  const study = await createStudy({
    name: 'a',
    space: s,
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    storage: breaking,
  });
  let running = 0;
  await expect(
    study.optimize(
      async ({ number }) => {
        running++;
        await sleep(5 * (number + 1));
        broken = true;
        running--;
        return { y: 0 };
      },
      { trials: 10, parallel: 3 },
    ),
  ).rejects.toThrow('disk on fire');
  expect(running).toBe(0);
});

test('the grid ends by itself', async () => {
  const study = await createStudy({
    space: space({ c: choice([1, 2, 3]) }),
    objectives: { y: 'minimize' },
    sampler: 'grid',
  });
  expect(await study.optimize(({ params }) => ({ y: params.c }), { parallel: 2 })).toEqual({
    reason: 'grid: all 3 combinations have been tried.',
    ran: 3,
  });
});
