/** Several objectives and limits in an experiment file and a YAML file, through the built command. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attune, freshDirectory, listing } from './command.ts';

// Two objectives that contradict each other, and a third metric to limit.
const SCRIPT = `const x = Number(process.argv[2]);
console.log('attune: ' + JSON.stringify({ error: 1 - x, seconds: x * x, megabytes: 100 * x }).replace('"error"', '"wrong"'));
`;
const file = (rest: string): string => `name: several
command: node train.mjs {x}
space:
  x: { type: float, low: 0, high: 1 }
sampler: sobol
trials: 6
parallel: 1
${rest}
`;
interface Shown {
  readonly pareto?: readonly number[];
  readonly best: { readonly number: number } | null;
  readonly trials: readonly {
    readonly number: number;
    readonly params: { readonly x: number };
    readonly values: Readonly<Record<string, number>>;
  }[];
}

test(
  'a YAML file with two objectives ends with the front; a limit keeps trials that break it from it',
  { timeout: 180_000 },
  async () => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    const objectives = 'objectives: [{ metric: wrong, goal: minimize }, { metric: seconds, goal: minimize }]';
    writeFileSync(join(dir, 'study.yaml'), file(`${objectives}\nlimits: { megabytes: { atMost: 60 } }`));

    const run = await attune(dir, 'run', 'study.yaml', '--quiet');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    const shown = JSON.parse((await attune(dir, 'show', 'several', '--json')).stdout) as Shown;
    expect(shown.trials).toHaveLength(6);
    // Every point is a compromise, so the front is all that keeps the limit.
    const kept = shown.trials.filter(({ params }) => 100 * params.x <= 60).map(({ number }) => number);
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(6);
    expect(shown.pareto).toEqual(kept);
    for (const { params, values } of shown.trials) expect(values['megabytes']).toBeCloseTo(100 * params.x, 9);
    expect(run.stdout).toContain('Pareto front:');
    expect([...run.stdout.matchAll(/^ {2}trial (\d+): wrong /gm)].map(([, number]) => Number(number))).toEqual(kept);

    const table = (await attune(dir, 'show', 'several')).stdout;
    expect(table).toMatch(/breaks/);
    const csv = (await attune(dir, 'export', 'several', '--format', 'csv')).stdout.trimEnd().split('\n');
    expect(csv[0]).toContain('values.wrong,values.seconds,values.megabytes,feasible');
    expect(csv.slice(1).filter((line) => line.includes(',true,'))).toHaveLength(kept.length);
  },
);

test(
  'one objective under a limit: the best keeps it, and where no trial does, that is said',
  { timeout: 180_000 },
  async () => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    const objective = 'objective: { metric: wrong, goal: minimize }';
    writeFileSync(join(dir, 'study.yaml'), file(`${objective}\nlimits: { megabytes: { atMost: 60 } }`));
    expect(await attune(dir, 'run', 'study.yaml', '--quiet')).toMatchObject({ code: 0, stderr: '' });
    const { best, trials } = JSON.parse((await attune(dir, 'show', 'several', '--json')).stdout) as Shown;
    const allowed = trials.filter(({ params }) => params.x <= 0.6).sort((a, b) => b.params.x - a.params.x);
    expect(best?.number).toBe(allowed[0]?.number);

    writeFileSync(join(dir, 'study.yaml'), file(`${objective}\nlimits: { megabytes: { atMost: -1 } }`));
    const none = await attune(dir, 'run', 'study.yaml', '--quiet', '--study', 'none');
    expect(none.stdout).toContain('No feasible trial: all 6 complete ones break megabytes ≤ -1.');
  },
);

test(
  'wrong objectives and limits are refused with their line before anything is written',
  { timeout: 180_000 },
  async () => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'train.mjs'), SCRIPT);
    const path = join(dir, 'study.yaml');
    const cases = [
      ['objective: { metric: a, goal: minimize }\nobjectives: [{ metric: b, goal: minimize }]', 'not both'],
      ['objectives: [{ metric: a, goal: minimize }, { metric: a, goal: maximize }]', '"a" stands there twice'],
      ['objectives: [{ metric: a, goal: min }]', 'objectives.0.goal wants "maximize" or "minimize"; got "min"'],
      ['objective: { metric: a, goal: minimize }\nlimits: { b: { atMost: 1, atLeast: 2 } }', 'no value of "b"'],
      ['objective: { metric: a, goal: minimize }\nlimits: { b: { under: 1 } }', 'limits.b'],
    ] as const;
    for (const [rest, sentence] of cases) {
      writeFileSync(path, file(rest));
      const before = listing(dir);
      const { code, stderr } = await attune(dir, 'run', 'study.yaml');
      expect(code).toBe(2);
      expect(stderr).toContain(sentence);
      expect(stderr).toMatch(/^attune: study\.yaml:\d+: /);
      expect(listing(dir)).toEqual(before);
    }
  },
);

/** Three widths of a small network on the digits: more accuracy, less loss, under a limit that none breaks. */
const EXPERIMENT = `import { choice, experiment } from 'attune';
import { dense, flatten, sequential } from 'attune/nn';
import { adam } from 'attune/optim';
export default experiment({
  dataset: 'digits',
  space: { units: choice([4, 16]) },
  model: ({ units }, data) => sequential([flatten(), dense(units, { activation: 'relu' }), dense(data.classes)]),
  train: () => ({ optimizer: adam({ learningRate: 0.003 }), batchSize: 64, epochs: 1 }),
  objectives: [{ metric: 'accuracy', goal: 'maximize' }, { metric: 'loss', goal: 'minimize' }],
  limits: { f1: { atLeast: 0.1 } },
  sampler: 'grid',
});
`;

test(
  'an experiment with two objectives ends with its front and keeps the models of it',
  { timeout: 180_000 },
  async () => {
    const dir = freshDirectory();
    writeFileSync(join(dir, 'digits.ts'), EXPERIMENT);
    const { code, stdout, stderr } = await attune(dir, 'run', 'digits.ts', '--quiet', '--parallel', '1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const models = [...stdout.matchAll(/^ {4}model (.+)$/gm)].map(([, path]) => path!);
    const { pareto } = JSON.parse((await attune(dir, 'show', 'digits', '--json')).stdout) as Shown;
    expect(pareto?.length).toBeGreaterThan(0);
    expect(models).toHaveLength(pareto!.length);
    for (const model of models) expect(existsSync(join(model, 'model.onnx'))).toBe(true);

    writeFileSync(join(dir, 'wrong.ts'), EXPERIMENT.replace('f1: {', 'latency: {'));
    const wrong = await attune(dir, 'run', 'wrong.ts');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('experiment: limits: "latency" is no metric of digits; use one of ');
  },
);
