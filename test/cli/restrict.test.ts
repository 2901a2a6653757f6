/** `--fix` and `--edit-space` through the built command: a search that keeps to values, and one that goes on in a space that was changed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attune, freshDirectory, listing } from './command.ts';

const SCRIPT = `console.log('attune: ' + JSON.stringify({ step: 1, loss: Number(process.argv[2]) ** 2 }));\n`;
const study = (high: number, more = '') => `name: quadratic
command: node train.mjs {x} {n}
space:
  x: { type: float, low: 0, high: ${high} }
  n: { type: int, low: 1, high: 8 }${more}
objective: { metric: loss, goal: minimize }
sampler: random
trials: 4
parallel: 1
`;

test(
  'a fixed parameter keeps its value; an edited file needs --edit-space, which keeps all trials',
  { timeout: 120_000 },
  async () => {
    const dir = freshDirectory();
    const file = join(dir, 'study.yaml');
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    writeFileSync(file, study(1));
    const params = async (): Promise<Record<string, number>[]> => {
      const { trials } = JSON.parse((await attune(dir, 'show', 'quadratic', '--json')).stdout) as {
        trials: { params: Record<string, number> }[];
      };
      return trials.map((trial) => trial.params);
    };

    const before = listing(dir);
    const wrong = await attune(dir, 'run', 'study.yaml', '--fix', 'n=9');
    expect(wrong).toMatchObject({ code: 2, stderr: 'attune: fixed: "n" must fit int(1, 8); got 9.\n' });
    const shapeless = await attune(dir, 'run', 'study.yaml', '--fix', 'n');
    expect(shapeless.code).toBe(2);
    expect(shapeless.stderr).toContain('--fix wants path=value, as optimizer.sgd.momentum=0.9; got "n".');
    expect(listing(dir)).toEqual(before);

    const first = await attune(dir, 'run', 'study.yaml', '--quiet', '--seed', '1', '--fix', 'n=3');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect((await params()).map(({ n }) => n)).toEqual([3, 3, 3, 3]);

    // Without --fix the study keeps what it was begun with.
    const resume = ['run', 'study.yaml', '--study', 'quadratic', '--resume', '--quiet'];
    await attune(dir, ...resume, '--trials', '5');
    expect((await params()).map(({ n }) => n)).toEqual([3, 3, 3, 3, 3]);

    writeFileSync(file, study(100, '\n  extra: { type: choice, choices: [a, b], default: a }'));
    const refused = await attune(dir, ...resume, '--trials', '8');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toBe(
      'attune: The study "quadratic" was begun with another space than study.yaml has now: "x" is float(0, 100), from float(0, 1); "extra" is new: choice(["a", "b"]). Go on in the new one by --edit-space, which keeps all trials.\n',
    );
    const edited = await attune(dir, ...resume, '--trials', '12', '--edit-space');
    expect(edited).toMatchObject({ code: 0, stderr: '' });
    const all = await params();
    expect(all).toHaveLength(12);
    expect(all.slice(0, 5).every(({ extra }) => (extra as unknown) === 'a')).toBe(true);
    expect(all.slice(5).some(({ x }) => x! > 1)).toBe(true); // 7 uniform draws below 1 of 100: once in 10^14 seeds
    expect(all.slice(5).some(({ n }) => n !== 3)).toBe(true); // freed: the edit did not say --fix again

    writeFileSync(file, study(100).replace('type: int', 'type: float'));
    const impossible = await attune(dir, ...resume, '--edit-space');
    expect(impossible.code).toBe(2);
    expect(impossible.stderr).toContain('"extra" was choice(["a", "b"]) and is gone; keep it as fixed(value)');
  },
);
