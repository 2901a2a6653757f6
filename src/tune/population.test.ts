/** Population-based training of real networks: stages go on from each other's checkpoints, whoever runs them. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { rootOf, stageOf, type TrialRecord } from '#core';
import { fingerprint, openStudy } from '#study';
import { runStudy, type RunOptions } from './index.ts';

// Each run starts processes, which takes long on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-population-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Two noisy classes of points; a trial trains for some milliseconds. `schedule` is called in every step. */
const source = (sampler: string, model: string, step: string): string => `
import { existsSync, writeFileSync } from 'node:fs';
import { experiment, float, int } from 'attune';
import { fromArrays } from 'attune/data';
import { dense, sequential } from 'attune/nn';
import { adam } from 'attune/optim';
import { pbt } from 'attune/samplers';
const n = 300, x = new Float32Array(2 * n), y = new Int32Array(n);
for (let i = 0; i < n; i++) {
  y[i] = i % 2;
  x[2 * i] = y[i] + Math.sin(i * 12.9);
  x[2 * i + 1] = Math.sin(i * 7.7);
}
const step = ${step};
export default experiment({
  dataset: () => fromArrays({ name: 'points', inputShape: [2], labels: ['a', 'b'], x, y }),
  space: { learningRate: float(1e-3, 0.3, { log: true }), units: int(4, 8) },
  model: (p, data) => ${model},
  train: (p) => ({ optimizer: adam({ learningRate: p.learningRate }), batchSize: 32, schedule: { kind: 'test', config: {}, unit: 'step', factor: (t) => (step(t, p), 1) } }),
  epochs: 3,
  objective: { metric: 'loss', goal: 'minimize' },
  sampler: ${sampler},
});
`;
const FIXED_UNITS = 'sequential([dense(6, { activation: "tanh" }), dense(data.classes)])';

let count = 0;
async function run(
  { sampler = 'pbt({ population: 4 })', model = FIXED_UNITS, step = '() => undefined' } = {},
  options: Partial<RunOptions> = {},
): Promise<{ readonly trials: readonly TrialRecord[]; readonly out: string; readonly why: string | null }> {
  const cwd = join(dir, String(count++));
  mkdirSync(cwd);
  const file = join(cwd, 'points.mjs');
  writeFileSync(file, source(sampler, model, step.replaceAll('$DIR', cwd)));
  const [storage, out] = [`sqlite:${join(cwd, 'a.db')}`, join(cwd, 'out')];
  const summary = await runStudy({ file, storage, out, parallel: 1, seed: 5, lag: 2, ...options }, () => undefined);
  const study = await openStudy(storage, 'points');
  const { trials } = study;
  await study.close();
  return { trials, out, why: summary.why };
}

const lastOf = ({ measurements }: TrialRecord) => measurements.at(-1)?.values['loss'];

test('members are trained in stages to the last epoch; those behind go on from better ones, with changed parameters', async () => {
  const { trials, out, why } = await run();
  expect(why).toBe('all trials are done');
  expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: 12 }, () => 'complete'));
  for (const trial of trials) expect(trial.measurements.map(({ step }) => step)).toEqual([stageOf(trial)?.until]);
  const copied = trials.filter((trial) => {
    const from = stageOf(trial)?.from ?? null;
    return from !== null && stageOf(trials[from] as TrialRecord)?.member !== stageOf(trial)?.member;
  });
  expect(copied.length).toBeGreaterThanOrEqual(2); // one of four in each round after the first
  for (const trial of copied) expect(trial.params).not.toEqual(trials[stageOf(trial)?.from ?? 0]?.params);
  // Of each member the last three stages: others may still go on from there.
  expect(existsSync(join(out, 'points', 'trials', '11.checkpoint'))).toBe(true);
});

test('with the same parameters a chain of stages is the undisturbed training, to the bit', async () => {
  const fix = { fix: { learningRate: '0.05' } }; // the model has no use for `units`
  const { trials: stages } = await run({}, fix);
  const { trials: whole } = await run({ sampler: '"random"' }, { ...fix, trials: 4, pruner: 'none' });
  for (const trial of stages) {
    const root = whole[rootOf(stages, trial.number)];
    const until = stageOf(trial)?.until;
    expect(lastOf(trial)).toBe(root?.measurements.find(({ step }) => step === until)?.values['loss']);
  }
});

test('two workers, and a worker killed in the middle of a stage, give the same population', async () => {
  const undisturbed = fingerprint((await run()).trials);
  expect(fingerprint((await run({}, { parallel: 2 })).trials)).toBe(undisturbed);
  const step = `(t) => { if (t === 20 && !existsSync('$DIR/killed')) { writeFileSync('$DIR/killed', ''); process.kill(process.pid, 'SIGKILL'); } }`;
  expect(fingerprint((await run({ step })).trials)).toBe(undisturbed);
});

test('parameters that change the shape of the network fail with a sentence, unless they are left out of explore', async () => {
  const model = 'sequential([dense(p.units, { activation: "tanh" }), dense(data.classes)])';
  const { trials } = await run({ model });
  const failed = trials.filter((trial) => trial.state === 'failed');
  expect(failed.length).toBeGreaterThan(0);
  for (const { error } of failed) {
    expect(error.message).toMatch(
      /^Trial \d+ cannot go on from trial \d+: .* has \d+ numbers for "dense1.weight" of .*leave it out of explore\.$/,
    );
  }
  const { trials: kept } = await run({ model, sampler: "pbt({ population: 4, explore: ['learningRate'] })" });
  expect(kept.every(({ state }) => state === 'complete')).toBe(true);
});
