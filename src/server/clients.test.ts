/** Leases of clients, by a clock of the test's own. */
import { expect, test } from 'vitest';
import { float, space } from '#space';
import { clientName, memory, workerName } from '#storage';
import { createStudy } from '#study';
import { attemptOf, clientOf, heldTrial, recoverSilent, renew } from './clients.ts';

/** A study whose server looks every 2 s, and what passes the time. */
async function watched() {
  let now = 0;
  const study = await createStudy({
    name: 's',
    space: space({ x: float(0, 1) }),
    objectives: { y: 'minimize' },
    sampler: 'random',
    pruner: 'none',
    seed: 1,
    storage: memory(),
  });
  const lease = await study.hold({ leaseMs: 10_000, monotonic: () => now });
  const states = () => study.trials.map(({ state }) => state);
  const ask = async (leaseMs: number): Promise<void> => {
    const { number } = await study.ask({ worker: clientName(leaseMs) });
    await renew(study, lease, number);
  };
  const pass = async (ms: number): Promise<void> => {
    for (const end = now + ms; now < end;) {
      now += 2000;
      await recoverSilent(study, lease);
    }
  };
  return { study, lease, states, ask, pass };
}

test('a silent client loses its trial after its own lease time, one that is heard of keeps it', async () => {
  const { study, lease, states, ask, pass } = await watched();
  await ask(6000);
  await ask(6000);
  await ask(60_000);
  for (let i = 0; i < 10; i++) {
    await pass(2000);
    await renew(study, lease, 1);
  }
  expect(states()).toEqual(['waiting', 'running', 'running']);
  await pass(30_000);
  expect(states()).toEqual(['waiting', 'waiting', 'running']);
  await pass(20_000);
  expect(states()).toEqual(['waiting', 'waiting', 'waiting']);
  await lease.release();
});

test('the next that asks gets the trial, the former client nothing more', async () => {
  const { study, lease, ask, pass } = await watched();
  await ask(2000);
  await pass(6000);
  await ask(60_000);
  expect(study.trials).toHaveLength(1);
  await expect(heldTrial(study, 0, 1)).rejects.toMatchObject({ code: 'taken-over' });
  await expect(attemptOf(study, 0, undefined)).rejects.toMatchObject({
    code: 'taken-over',
    message: 'trial 0 was taken over and is in attempt 2; say by "attempt" which one this comes from.',
  });
  await expect(study.tell({ number: 0, attempt: 1, resumable: false }, { y: 1 })).rejects.toMatchObject({
    code: 'taken-over',
  });
  expect(await heldTrial(study, 0, 2)).toMatchObject({ state: 'running' });
  await study.tell({ number: 0, attempt: 2, resumable: false }, { y: 1 });
  await expect(heldTrial(study, 0, 2)).rejects.toMatchObject({ code: 'not-running' });
  await lease.release();
});

test('trials of workers that are processes are left to the runs', async () => {
  const { study, lease, states, pass } = await watched();
  await study.ask();
  await study.ask({ worker: workerName().replace(/:\d+:/, ':4194304:') }); // above the largest process id: gone
  await pass(60_000);
  expect(states()).toEqual(['running', 'running']);
  expect(clientOf(study, 0)).toBeNull();
  await lease.release();
});
