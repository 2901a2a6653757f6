import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { FitState } from '#train';
import {
  checkpointEpoch,
  checkpointIdentity,
  loadCheckpoint,
  removeCheckpoint,
  saveCheckpoint,
  sweepCheckpoints,
  type IdentityFacts,
} from './checkpoint.ts';

const dir = mkdtempSync(join(tmpdir(), 'attune-checkpoint-'));
afterAll(() => rmSync(dir, { recursive: true }));

const state = (epoch: number): FitState => ({
  seed: 7,
  epoch,
  step: 10 * epoch,
  variables: new Map([['dense/kernel', Float32Array.of(0.1, -0, NaN, 1e-40)]]),
  watch: { best: NaN, bestEpoch: 0, stale: 0 } as unknown as FitState['watch'], // kept as it is, whatever it holds
  batchSize: { batchSize: 32, best: null },
  best: null,
  history: [],
});
const place = (name: string, identity = 'a') => ({ path: join(dir, name), identity });

test('a state comes back to the bit, and its epoch is known without reading it', async () => {
  const at = place('one');
  expect(await loadCheckpoint(at)).toBeNull();
  expect(checkpointEpoch(at)).toBeNull();
  await saveCheckpoint(at, state(1));
  await saveCheckpoint(at, state(2));
  expect(await loadCheckpoint(at)).toEqual(state(2));
  expect(checkpointEpoch(at)).toBe(2);
  await removeCheckpoint(at.path);
  expect(await loadCheckpoint(at)).toBeNull();
});

test('a checkpoint of another identity, a truncated one and one with a flipped bit count as absent', async () => {
  const at = place('damaged');
  await saveCheckpoint(at, state(3));
  expect(await loadCheckpoint({ ...at, identity: 'b' })).toBeNull();
  expect(checkpointEpoch({ ...at, identity: 'b' })).toBeNull();
  const whole = readFileSync(at.path);
  const flipped = Buffer.from(whole);
  const last = flipped.length - 1;
  flipped[last] = (flipped[last] ?? 0) ^ 1;
  writeFileSync(at.path, flipped);
  expect(await loadCheckpoint(at)).toBeNull();
  for (const length of [whole.length - 1, 40, 0]) {
    writeFileSync(at.path, whole);
    truncateSync(at.path, length);
    expect(await loadCheckpoint(at)).toBeNull();
  }
  expect(checkpointEpoch(at)).toBeNull();
});

test('what makes another training makes another identity', () => {
  const file = join(dir, 'experiment.ts');
  writeFileSync(file, 'export default 1');
  const definition = { name: 's', createdAt: 5 } as IdentityFacts['definition']; // the rest does not matter here
  const facts = { definition, number: 0, params: { x: 1 }, seed: 3, epochs: null, file };
  const one = checkpointIdentity(facts);
  expect(checkpointIdentity({ ...facts })).toBe(one);
  const others = [{ params: { x: 2 } }, { number: 1 }, { seed: 4 }, { epochs: 2 }].map((change) =>
    checkpointIdentity({ ...facts, ...change }),
  );
  writeFileSync(file, 'export default 2');
  others.push(checkpointIdentity(facts));
  expect(new Set([one, ...others]).size).toBe(6);
});

test('a sweep removes the checkpoints of trials that are done with, half-written ones too, and nothing else', async () => {
  const folder = mkdtempSync(join(dir, 'trials-'));
  for (const name of ['1.checkpoint', '2.checkpoint', '2.checkpoint.new-77', '2', '12.weights'])
    writeFileSync(join(folder, name), '');
  await sweepCheckpoints(folder, (number) => number === 1);
  expect(readdirSync(folder).sort()).toEqual(['1.checkpoint', '12.weights', '2']);
  await sweepCheckpoints(join(folder, 'none'), () => false);
});
