import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Storage, StudyEvent } from '#core';
import { float, space } from '#space';
import { openStorage, readState } from '#storage';
import { createStudy, openStudy } from './create.ts';
import { markAfter, needsSnapshot } from './marks.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-marks-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const options = {
  name: 's',
  space: space({ x: float(0, 1) }),
  objectives: { y: 'minimize' },
  sampler: 'random',
  pruner: 'none',
  seed: 1,
} as const;
/** So many trials of four events. */
const trials = (count: number): StudyEvent[] =>
  Array.from({ length: count }, (_, number): StudyEvent[] => [
    { type: 'trialCreated', at: 1, number, params: { x: number / count }, worker: 'w', suggestedBy: 'random' },
    { type: 'measured', at: 2, number, step: 1, values: { y: number } },
    { type: 'measured', at: 3, number, step: 2, values: { y: NaN } },
    { type: 'trialFinished', at: 4, number, result: { state: 'complete', values: { y: number } } },
  ]).flat();

test('the first mark is at 10,000 events, and from 160,000 on a sixteenth of the log lies between two', () => {
  expect([0, 9999, 10_000, 19_999, 20_000].map(markAfter)).toEqual([10_000, 10_000, 20_000, 20_000, 30_000]);
  for (const length of [170_000, 520_000, 3_000_000])
    expect(markAfter(length) - length).toBeLessThanOrEqual(length / 16);
  expect(needsSnapshot(9000, 9000)).toBe(false);
  expect(needsSnapshot(30_000, 20_000)).toBe(false);
  expect(needsSnapshot(30_000, 20_001)).toBe(true);
});

test('of two that work on a study the one that passes a mark keeps a snapshot, once, and the next opening begins there', async () => {
  const address = `sqlite:${join(dir, 'two.db')}`;
  let kept = 0;
  const counted = async (): Promise<Storage> => {
    const storage = await openStorage(address);
    return {
      ...storage,
      keepSnapshot: (...given) => {
        kept++;
        return storage.keepSnapshot(...given);
      },
    };
  };
  const storages = [await counted(), await counted()];
  const [first] = storages;
  const study = await createStudy({ ...options, storage: storages[0] ?? '' });
  await study.close();
  await first?.append('1', 1, trials(2490));
  const both = await Promise.all(storages.map((storage) => openStudy(storage, 's')));
  for (let i = 0; i < 12; i++)
    for (const one of both) {
      await one.refresh();
      const trial = await one.ask();
      await trial.report(1, { y: 1 });
      await one.tell(trial, { y: 2 });
    }
  for (const one of both) await one.close();
  expect(kept).toBe(1);
  const again = await openStorage(address);
  const { state, folded } = await readState(again, '1');
  expect(folded).toBeLessThan(50);
  expect(state.trials).toEqual(both[1]?.trials);
  await again.close();
  for (const storage of storages) await storage.close();
});

test('a long log without a snapshot gets one when a study that may write opens it; reading alone writes nothing', async () => {
  const address = `sqlite:${join(dir, 'old.db')}`;
  const storage = await openStorage(address);
  await (await createStudy({ ...options, storage })).close();
  await storage.append('1', 1, trials(6000));
  const reader = await openStorage(address, { readonly: true });
  await (await openStudy(reader, 's')).close();
  expect(await storage.snapshot('1')).toBeNull();
  const study = await openStudy(storage, 's');
  await study.close();
  expect((await readState(reader, '1')).folded).toBe(0);
  expect((await readState(reader, '1')).state.trials).toEqual(study.trials);
  await reader.close();
  await storage.close();
});
