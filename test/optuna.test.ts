/**
 * Files of Optuna both ways, against Optuna itself: /usr/bin/python3 with Debian's python3-optuna (3.1.0). What it made is read here, what is written here it opens,
 * goes on with, and sees the same. Skipped where there is no Optuna.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { replay, type StudyState, type TrialRecord } from '#core';
import { fromStudy, readOptunaFile, toStudy, writeOptunaFile, type OptunaStudy } from '#exchange';
import { branch, choice, fixed, flatten, float, int, space } from '#space';
import { memory } from '#storage';
import { createStudy } from '#study';
import { freshDirectory } from './cli/command.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SCRIPT = join(import.meta.dirname, 'support', 'optuna_files.py');
const hasOptuna = spawnSync('/usr/bin/python3', ['-c', 'import optuna, sqlalchemy']).status === 0;

interface Seen {
  readonly directions: string[];
  readonly user: Record<string, unknown>;
  readonly best: unknown;
  readonly trials: {
    readonly state: string;
    readonly values: (number | string)[] | null;
    readonly params: Record<string, unknown>;
    readonly types: Record<string, string>;
    readonly distributions: Record<string, unknown[]>;
    readonly intermediate: [number, number | string][];
    readonly user: Record<string, unknown>;
    readonly start: number | null;
    readonly complete: number | null;
  }[];
}

function optuna(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('/usr/bin/python3', [SCRIPT, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
const seenByOptuna = (...args: string[]): Seen => JSON.parse(optuna(...args)) as Seen; // the script prints it

const text = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
const imported = (study: OptunaStudy | undefined): { state: StudyState; notes: readonly string[] } => {
  if (study === undefined) throw new Error('no such study in the file');
  const { definition, events, notes } = toStudy(study, { path: 'file', name: study.name, seed: 7, now: 1 });
  return { state: replay([{ type: 'studyCreated', at: 1, definition }, ...events]), notes };
};

describe.runIf(hasOptuna).each(['db', 'journal'])('a .%s that Optuna 3.1 made', (ending) => {
  let file: string;
  let studies: OptunaStudy[];
  let seen: Seen;
  beforeAll(async () => {
    file = join(mkdtempSync(join(tmpdir(), 'attune-optuna-')), `made.${ending}`);
    seen = seenByOptuna('make', file);
    studies = await readOptunaFile(file);
  });

  test('comes in with its trials: states, values, parameters, measurements, attributes, times', () => {
    const { state, notes } = imported(studies[0]);
    expect(state.trials).toHaveLength(13);
    seen.trials.slice(0, 12).forEach((theirs, number) => {
      const ours = state.trials[number];
      if (ours === undefined || !('endedAt' in ours)) throw new Error(`trial ${number} has not ended`);
      expect(ours.state).toBe({ COMPLETE: 'complete', PRUNED: 'pruned', FAIL: 'failed' }[theirs.state]);
      expect('values' in ours && ours.values !== null ? [ours.values['value']] : null).toEqual(theirs.values);
      expect(ours.measurements.map(({ step, values }) => [step, text(values['value'] ?? 0)])).toEqual(
        theirs.intermediate,
      );
      expect(ours.attributes).toEqual(theirs.user);
      const named = Object.entries(flatten(ours.params)).filter(
        ([path, value]) => value !== 'absent' && value !== 'present' && path !== 'once',
      );
      const byName = Object.fromEntries(
        named.map(([path, value]) => [
          path
            .replace(/^optimizer\.\w+\./, '')
            .replace('once.present.value', 'once')
            .replace('layer_beta', 'layer.beta'),
          value,
        ]),
      );
      expect(byName).toEqual(theirs.params);
      expect(ours.startedAt).toBeCloseTo((theirs.start ?? 0) * 1000, -1); // whole milliseconds
      expect(ours.endedAt).toBeCloseTo((theirs.complete ?? 0) * 1000, -1);
    });
    // Enqueued with one parameter, then taken by `ask`: it was running, without parameters.
    expect(state.trials[12]).toMatchObject({ state: 'failed' });
    const best = state.trials.reduce(
      (low, trial) => (trial.state === 'complete' ? Math.min(low, trial.values['value'] ?? NaN) : low),
      Infinity,
    );
    expect(best).toBe(seen.best);
    expect(state.attributes).toEqual({ owner: 'ü' });
    expect(notes).toEqual([
      'Parameter "layer.beta" is called "layer_beta" here.',
      'Parameter "layer.beta" belongs to several labels of "optimizer" (adam, lamb); each label has its own.',
      'Parameter "once" is in some trials only, for no reason that the others show; it is the branch { absent, present }.',
      '1 trial had not ended: those whose parameters are whole wait to be run again, others are failed.',
    ]);
  });

  test('gets the space that its trials show, conditions as branches', () => {
    const beta = { type: 'float', low: 0.8, high: 0.9999 };
    expect(imported(studies[0]).state.definition).toMatchObject({
      objectives: [{ name: 'value', direction: 'minimize' }],
      space: {
        x: { type: 'float', low: 1e-5, high: 0.1, log: true },
        y: { type: 'float', low: 0, high: 1, step: 0.25 },
        n: { type: 'int', low: 1, high: 10, step: 3 },
        m: { type: 'int', low: 1, high: 64, log: true },
        mixed: { type: 'choice', choices: ['a', null, 3, 2.5, true] },
        optimizer: {
          type: 'branch',
          branches: {
            sgd: { momentum: { type: 'float', low: 0, high: 0.99 } },
            adam: { layer_beta: beta },
            lamb: { layer_beta: beta },
          },
        },
        once: { type: 'branch', branches: { absent: {}, present: { value: { type: 'int', low: 0, high: 3 } } } },
      },
    });
  });

  test('of several objectives keeps directions and values; an infinite value makes a failed trial', () => {
    const { state, notes } = imported(studies[1]);
    expect(state.definition.objectives).toEqual([
      { name: 'value_0', direction: 'minimize' },
      { name: 'value_1', direction: 'maximize' },
    ]);
    expect(state.trials.map((trial) => trial.state)).toEqual(['complete', 'failed', 'complete']);
    expect(notes).toEqual(['1 trial ended with an infinite value: failed here, as values are finite.']);
  });
});

/** A study with one trial of each kind. */
async function ours() {
  const storage = memory();
  let clock = 1_700_000_000_000;
  const study = await createStudy({
    name: 'ours',
    space: space({
      rate: float(1e-5, 1e-1, { log: true }),
      share: float(0.01, 0.99, { logit: true }),
      drop: float(0, 0.5, { step: 0.1 }),
      layers: int(1, 4),
      units: int(16, 512, { log: true }),
      batch: choice([32, 64, 128]),
      kind: fixed('mlp'),
      optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: {} }),
    }),
    objectives: { accuracy: 'maximize' },
    sampler: 'random',
    pruner: 'none',
    seed: 3,
    storage,
    now: () => (clock += 1000),
  });
  for (let i = 0; i < 8; i++) {
    const trial = await study.ask();
    for (let step = 1; step <= 3; step++)
      await trial.report(step, {
        accuracy: i === 1 && step === 2 ? NaN : i + step / 10,
        loss: i === 2 ? -Infinity : 1 / step,
      });
    await study.setAttribute(i, 'host', { name: 'é', gpus: [0, 1] });
    if (i === 5) await study.tell(trial, { state: 'pruned' });
    else if (i === 6) await study.tell(trial, { state: 'failed', error: 'out of memory' });
    else if (i < 5) await study.tell(trial, { accuracy: 0.1 + i });
  }
  await study.enqueue(study.trials[0]?.params ?? {});
  await study.setAttribute(null, 'owner', 'x');
  const state = replay((await storage.read('1', 0)).map(({ event }) => event));
  return { state, file: fromStudy(state.definition, state.trials, state.attributes) };
}

const kept = (trial: TrialRecord): unknown => ({
  ...trial,
  createdAt: 0,
  measurements: trial.measurements.map(({ step, values }) => ({ step, values })),
});

test.each(['sqlite', 'journal'] as const)(
  'a study of ours comes back from a %s file: definition and records, but for times of measurements',
  async (format) => {
    const { state, file } = await ours();
    const path = join(freshDirectory(), 'out');
    await writeOptunaFile(path, format, file);
    const [study] = await readOptunaFile(path);
    const { state: back } = imported(study);
    expect(back.definition).toEqual(state.definition);
    expect(back.attributes).toEqual(state.attributes);
    // The seventh still runs: it comes back in line, without what it had reached.
    const ended = (of: StudyState): unknown[] => of.trials.filter(({ number }) => number !== 7).map(kept);
    expect(ended(back)).toEqual(ended(state));
    expect(back.trials[7]).toMatchObject({ state: 'waiting', params: state.trials[7]?.params });
  },
);

test.runIf(hasOptuna).each(['db', 'journal'])(
  'Optuna opens an exported .%s, sees the same study, and goes on with it',
  async (ending) => {
    const { state, file } = await ours();
    const path = join(freshDirectory(), `out.${ending}`);
    await writeOptunaFile(path, ending === 'db' ? 'sqlite' : 'journal', file);
    const seen = seenByOptuna('extend', path, 'ours', '3');
    expect(seen.directions).toEqual(['MAXIMIZE']);
    expect(seen.best).toBe(4.1);
    expect(seen.trials.map((trial) => trial.state)).toEqual([
      'COMPLETE',
      'COMPLETE',
      'COMPLETE',
      'COMPLETE',
      'COMPLETE',
      'PRUNED',
      'FAIL',
      'RUNNING',
      'WAITING',
    ]);
    seen.trials.slice(0, 8).forEach((theirs, number) => {
      const trial = state.trials[number];
      if (trial === undefined || !('startedAt' in trial)) throw new Error(`no trial ${number}`);
      expect(theirs.params).toEqual(flatten(trial.params));
      expect(theirs.types).toMatchObject({
        rate: 'float',
        drop: 'float',
        layers: 'int',
        units: 'int',
        batch: 'int',
        kind: 'str',
      });
      expect(theirs.intermediate).toEqual(
        trial.measurements.map(({ step, values }) => [step, text(values['accuracy'] ?? 0)]),
      );
      expect(theirs.user).toMatchObject(trial.attributes);
      expect(theirs.start).toBe(trial.startedAt / 1000);
      expect(theirs.values).toEqual('values' in trial && trial.values !== null ? [trial.values['accuracy']] : null);
    });
    expect(seen.trials[0]?.distributions).toMatchObject({
      rate: ['FloatDistribution', 1e-5, 0.1, true, null],
      drop: ['FloatDistribution', 0, 0.5, false, 0.1],
      layers: ['IntDistribution', 1, 4, false, 1],
      units: ['IntDistribution', 16, 512, true, 1],
      batch: [32, 64, 128],
      kind: ['mlp'],
      optimizer: ['sgd', 'adam'],
    });
    const [longer] = await readOptunaFile(path);
    const { state: back } = imported(longer);
    expect(back.trials).toHaveLength(11); // its first took the waiting one
    expect(back.counts.complete).toBe(8); // five of ours and three of Optuna's
  },
);

test.runIf(hasOptuna)(
  'several objectives are exported with their directions, and Optuna finds the same front',
  async () => {
    const study = await createStudy({
      name: 'two',
      space: space({ x: float(0, 1) }),
      objectives: { loss: 'minimize', speed: 'maximize' },
      sampler: 'random',
      seed: 1,
    });
    for (let i = 0; i < 6; i++) {
      const trial = await study.ask();
      await trial.report(1, { loss: i });
      await study.tell(trial, { loss: Math.abs(2 - i), speed: i });
    }
    const path = join(freshDirectory(), 'two.db');
    await writeOptunaFile(path, 'sqlite', fromStudy(study.definition, study.trials, {}));
    const seen = seenByOptuna('describe', path, 'two');
    expect(seen.directions).toEqual(['MINIMIZE', 'MAXIMIZE']);
    expect(seen.best).toEqual(study.pareto.map(({ number }) => number).sort((a, b) => a - b));
    expect(seen.trials.map(({ values }) => values)).toEqual(
      study.trials.map((trial) => ('values' in trial ? [trial.values?.['loss'], trial.values?.['speed']] : null)),
    );
  },
);
