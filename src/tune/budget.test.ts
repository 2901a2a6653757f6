import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Pruner } from '#core';
import { float, space } from '#space';
import { createStudy } from '#study';
import { watchBudget, type Budget } from './budget.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-budget-'));
afterAll(() => rmSync(dir, { recursive: true }));

const pausing: Pruner = { name: 'pausing', decide: () => ({ decision: 'pause', reason: 'rung' }) };
const CHECKPOINT_BYTES = 1000;

/** A study whose trials pause at step 1 with these values, each with a checkpoint in a folder of its own. */
async function watched(budget: Budget) {
  const folder = mkdtempSync(join(dir, 'study-'));
  const study = await createStudy({
    space: space({ x: float(0, 1) }),
    objectives: { accuracy: 'maximize' },
    sampler: 'random',
    pruner: pausing,
    seed: 1,
  });
  const ends: string[] = [];
  const pathOf = (number: number): string => join(folder, `${number}.checkpoint`);
  const watch = watchBudget({
    study,
    budget,
    folder,
    checkpointOf: ({ number }) => pathOf(number),
    pids: () => [],
    onUsedUp: (reason, sentence) => ends.push(`${reason}: ${sentence}`),
  });
  const pause = async (accuracy: number): Promise<void> => {
    const trial = await study.ask();
    writeFileSync(pathOf(trial.number), Buffer.alloc(CHECKPOINT_BYTES));
    await trial.report(1, { accuracy });
  };
  return { study, folder, ends, watch, pause };
}

test('over the disk limit the checkpoints of the worst paused trials go, and the study goes on', async () => {
  const { folder, ends, watch, pause } = await watched({ maxDisk: 2 * CHECKPOINT_BYTES });
  for (const accuracy of [0.5, 0.9, 0.1, 0.7]) await pause(accuracy);
  await expect.poll(() => readdirSync(folder).sort()).toEqual(['1.checkpoint', '3.checkpoint']);
  expect(ends).toEqual([]);
  watch.release();
});

test('what is left over the disk limit without any checkpoint ends the study', async () => {
  const { folder, ends, watch, pause } = await watched({ maxDisk: 2 * CHECKPOINT_BYTES });
  writeFileSync(join(folder, 'model.onnx'), Buffer.alloc(5 * CHECKPOINT_BYTES));
  await pause(0.5);
  await expect.poll(() => ends).toEqual([`disk: ${folder} has 0.0 MB, of 0.0 MB`]);
  expect(existsSync(join(folder, '0.checkpoint'))).toBe(false);
  watch.release();
});

test('epochs and failures are counted over all trials, also those from before this run', async () => {
  const { study, ends, watch, pause } = await watched({ maxEpochs: 2, maxFailures: 2 });
  await pause(0.5);
  await study.tell(await study.ask(), { state: 'failed', error: 'a' });
  expect(ends).toEqual([]);
  await study.tell(await study.ask(), { state: 'failed', error: 'b' });
  expect(ends).toEqual(['failures: 2 trials failed, of 2 that may']);
  await pause(0.5);
  expect(ends.at(-1)).toBe('epochs: 2 epochs were trained, of 2');
  watch.release();
});

test.runIf(process.platform === 'linux')('more memory than allowed is told with both numbers', async () => {
  const { ends, watch } = await watched({ maxMemory: 1e6 });
  await expect.poll(() => ends[0]).toMatch(/^memory: this run and its workers hold \d+\.\d MB in memory, of 1\.0 MB$/);
  watch.release();
});
