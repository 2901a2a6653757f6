/** `attune repeat` on a command whose result depends on its seed, through the built command. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attune, freshDirectory } from './command.ts';

const SCRIPT = `const { seed, params } = JSON.parse(process.env.ATTUNE_TRIAL);
const noise = (seed % 1000) / 1000;
for (let step = 1; step <= 3; step++) console.log('attune: ' + JSON.stringify({ step, score: params.x * step / 3 + noise }));
`;
const STUDY = `name: noisy
command: node train.mjs
space: { x: { type: int, low: 1, high: 100 } }
objective: { metric: score, goal: maximize }
sampler: random
pruner: asha
maxSteps: 3
trials: 4
parallel: 2
seed: 3
`;

interface Shown {
  readonly best: { readonly number: number; readonly params: unknown };
  readonly trials: readonly { readonly number: number; readonly state: string; readonly params: unknown; readonly values: { score: number } }[];
  readonly repeats: { readonly numbers: readonly number[]; readonly mean: number; readonly halfWidth: number } | null;
  readonly finished: string | null;
} // prettier-ignore

describe('attune repeat', { timeout: 180_000 }, () => {
  it('runs the best parameters with other seeds, once for each that is missing, and show and report tell the interval', async () => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    writeFileSync(join(dir, 'study.yaml'), STUDY);
    const shown = async (): Promise<Shown> =>
      JSON.parse((await attune(dir, 'show', 'noisy', '--json')).stdout) as Shown; // what show prints
    expect((await attune(dir, 'run', 'study.yaml', '--quiet')).code).toBe(0);
    const before = await shown();
    expect(before.repeats).toBeNull();

    const { code, stdout, stderr } = await attune(dir, 'repeat', 'noisy', '--times', '3');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const after = await shown();
    expect(after.finished).not.toBeNull();
    const repeats = after.trials.filter(({ number }) => number >= 4);
    expect(repeats.map(({ state, params }) => ({ state, params }))).toEqual(
      Array.from({ length: 3 }, () => ({ state: 'complete', params: before.best.params })),
    );
    const values = repeats.map(({ values }) => values.score);
    expect(new Set(values).size).toBe(3);
    expect([...(after.repeats?.numbers ?? [])]).toEqual([4, 5, 6]);
    expect(after.repeats?.mean).toBeCloseTo(values.reduce((a, b) => a + b) / 3, 10);
    const sentence = `3 repeats of trial ${before.best.number} with other seeds: score ${after.repeats?.mean.toFixed(4)} ± ${after.repeats?.halfWidth.toFixed(4)} (95 % interval`;
    expect(stdout.trimEnd().split('\n').at(-1)).toContain(sentence);
    expect((await attune(dir, 'show', 'noisy')).stdout).toContain(sentence);

    expect((await attune(dir, 'repeat', 'noisy', '--times', '3', '--quiet')).code).toBe(0);
    expect((await shown()).trials).toHaveLength(7);
  });

  it.each([
    [['repeat', 'noisy', '--trial', 'x'], '--trial wants the number of a trial, from 0 on; got "x".'],
    [['repeat', 'noisy', '--trial', '9'], 'The study "noisy" has nothing to repeat: it has no trial 9; its last is 1.'],
    [['repeat', 'other'], 'There is no study "other"'],
  ])('%j is refused in one sentence', async (args, sentence) => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    writeFileSync(join(dir, 'study.yaml'), STUDY);
    await attune(dir, 'run', 'study.yaml', '--quiet', '--trials', '2');
    const { code, stderr } = await attune(dir, ...args);
    expect({ code, lines: stderr.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect(stderr).toContain(sentence);
  });
});
