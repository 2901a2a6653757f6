/** What a person does to a study while others work on it: holding it, stopping trials. */
import { expect, test } from 'vitest';
import { float, space } from '#space';
import { memory } from '#storage';
import { createStudy, openStudy } from './index.ts';

const made = async () => {
  const storage = memory();
  const study = await createStudy({
    name: 'demo',
    storage,
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    seed: 1,
  });
  return { study, other: await openStudy(storage, 'demo') };
};

test('a study that is held starts no trial in any process until it is let go on', async () => {
  const { study, other } = await made();
  const running = await study.ask();
  await other.setHeld(true);
  await study.refresh();
  await expect(study.ask()).rejects.toMatchObject({ code: 'held' });
  // What runs goes on.
  await study.tell(running, { loss: 1 });
  let waited = true;
  const search = study.optimize(() => ({ loss: 2 }), { trials: 3 }).then(() => (waited = false));
  await other.refresh();
  expect(other.trials).toHaveLength(1);
  expect(waited).toBe(true);
  await other.setHeld(false);
  await search;
  expect(study.counts.complete).toBe(3);
});

test('a running trial hears of its stop at the next report and ends as pruned with the reason', async () => {
  const { study, other } = await made();
  const trial = await study.ask();
  await other.refresh();
  await other.stop(0, 'enough');
  expect(await trial.report(1, { loss: 1 })).toEqual({ decision: 'stop', reason: 'enough' });
  expect(await study.tell(trial, { loss: 1 })).toMatchObject({ state: 'pruned', reason: 'enough' });
  await expect(study.stop(0, 'again')).rejects.toMatchObject({ code: 'ended' });
});

test('a trial that waits ends at once', async () => {
  const { study } = await made();
  await study.enqueue({ x: 0.5 });
  await study.stop(0, 'not needed');
  expect(study.trials[0]).toMatchObject({ state: 'pruned', values: null, reason: 'not needed' });
  expect((await study.ask()).number).toBe(1);
});
