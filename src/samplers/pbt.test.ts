import { type Params, type StudyEvent, replay, stageOf, type TrialRecord } from '#core';
import { createRng } from '#math';
import { choice, float, int, space } from '#space';
import { samplerLaws } from '#testing';
import { describe, expect, test } from 'vitest';
import { pbt, type PbtOptions } from './pbt.ts';

for (const law of samplerLaws(() => pbt({ population: 3 }), { repeats: true })) test(law.name, law.check);

const rates = space({ rate: float(1e-4, 1, { log: true }), size: int(1, 64), act: choice(['relu', 'tanh']) });

interface Told {
  readonly value: number;
  readonly failed?: boolean;
}

/** Runs stages one after another; `train` gives what a stage reaches, by its parameters and the number of the trial it goes on from. */
function population(
  s: typeof rates | ReturnType<typeof plane>,
  options: PbtOptions,
  { maxSteps, seed = 1, trials = 1000 }: { maxSteps: number; seed?: number; trials?: number },
  train: (trial: TrialRecord) => Told,
): { readonly trials: readonly TrialRecord[]; readonly end: string | null } {
  const sampler = pbt(options);
  const objectives = [{ name: 'q', direction: 'maximize' as const }];
  const definition = {
    name: 's',
    space: s.toJSON(),
    objectives,
    sampler: 'pbt',
    pruner: 'none',
    seed,
    hints: {},
    createdAt: 0,
  };
  const study = replay([{ type: 'studyCreated', at: 0, definition }]);
  const studyRng = createRng(seed);
  for (let number = 0; number < trials; number++) {
    const rng = studyRng.fork('trial', number);
    const suggestion = sampler.suggest({
      space: s,
      objectives,
      trials: study.trials,
      number,
      rng,
      studyRng,
      hints: { maxSteps },
    });
    if ('exhausted' in suggestion) return { trials: study.trials, end: suggestion.exhausted };
    const { params, note = '', attributes = {} } = suggestion;
    study.apply({ type: 'trialCreated', at: 0, number, params, worker: 'w', suggestedBy: 'pbt', note, attributes });
    const { value, failed = false } = train(study.trials[number] as TrialRecord);
    const result = failed
      ? ({ state: 'failed', error: { message: 'diverged' } } as const)
      : ({ state: 'complete', values: { q: value } } as const);
    const events: StudyEvent[] = [
      {
        type: 'measured',
        at: 0,
        number,
        step: stageOf(study.trials[number] as TrialRecord)?.until ?? 0,
        values: { q: value },
      },
      { type: 'trialFinished', at: 0, number, result },
    ];
    for (const event of events) study.apply(event);
  }
  return { trials: study.trials, end: null };
}

const stages = (trials: readonly TrialRecord[]) => trials.map((trial) => stageOf(trial));

test('members are trained in turn, each from its own last stage, up to the last step', () => {
  const { trials, end } = population(rates, { population: 3, interval: 2 }, { maxSteps: 5 }, () => ({ value: 1 }));
  expect(stages(trials).map((stage) => [stage?.member, stage?.after, stage?.until])).toEqual([
    [0, 0, 2],
    [1, 0, 2],
    [2, 0, 2],
    [0, 2, 4],
    [1, 2, 4],
    [2, 2, 4],
    [0, 4, 5],
    [1, 4, 5],
    [2, 4, 5],
  ]);
  expect(end).toBe('3 of 3 members of the population were trained to step 5.');
});

test('the worst quarter goes on from the best quarter with changed parameters, all others from their own with the same', () => {
  // Members 0 … 7 are worth their number; later stages are worth what their member is.
  const { trials } = population(rates, { population: 8 }, { maxSteps: 2 }, (trial) => ({
    value: stageOf(trial)?.member ?? 0,
  }));
  const second = trials.slice(8);
  for (const trial of second.slice(2)) {
    const stage = stageOf(trial);
    expect(stage?.from).toBe(stage?.member);
    expect(trial.params).toEqual(trials[stage?.member ?? 0]?.params);
  }
  for (const trial of second.slice(0, 2)) {
    expect([6, 7]).toContain(stageOf(trial)?.from);
    expect(trial.params).not.toEqual(trials[stageOf(trial)?.from ?? 0]?.params);
  }
  expect(second[0]?.note).toMatch(/^member 0 is number 8 of 8 at step 1 and goes on from trial [67] of member [67]\.$/);
});

test('explored numbers are multiplied by 0.8 or 1.2 within their range, at least to the next value; categories stay', () => {
  const changes = Array.from({ length: 40 }, (_, seed) => {
    const { trials } = population(rates, { population: 4, resample: 0 }, { maxSteps: 2, seed, trials: 5 }, (trial) => ({
      value: stageOf(trial)?.member ?? 0,
    }));
    const [child, parent] = [
      trials[4]?.params as Params,
      trials[stageOf(trials[4] as TrialRecord)?.from ?? 0]?.params as Params,
    ];
    expect(child['act']).toBe(parent['act']);
    expect(child['size']).not.toBe(parent['size']);
    const [size, was] = [Number(child['size']), Number(parent['size'])];
    const allowed = [Math.round(was * 0.8), Math.round(was * 1.2), was - 1, was + 1].map((n) =>
      Math.min(64, Math.max(1, n)),
    );
    expect(allowed).toContain(size);
    return Number(child['rate']) / Number(parent['rate']);
  });
  const inRange = changes.filter((factor) => Math.abs(factor - 0.8) < 1e-9 || Math.abs(factor - 1.2) < 1e-9);
  // The others were at an end of the range: a draw lies within a factor of 1.25 of one with a probability of 0.05.
  expect(inRange.length).toBeGreaterThan(30);
});

test('only the parameters named in explore change', () => {
  const { trials } = population(rates, { population: 4, explore: ['rate'] }, { maxSteps: 8 }, (trial) => ({
    value: stageOf(trial)?.member ?? 0,
  }));
  for (const trial of trials) {
    const from = stageOf(trial)?.from ?? null;
    if (from !== null)
      expect(trial.params).toMatchObject({ size: trials[from]?.params['size'], act: trials[from]?.params['act'] });
  }
  expect(() => population(rates, { explore: ['lr'] }, { maxSteps: 2 }, () => ({ value: 0 }))).toThrow(
    'pbt: explore wants paths of parameters of the space; got lr.',
  );
});

test('a member whose stage failed goes on from the best; one that loses three in a row is given up', () => {
  const { trials, end } = population(rates, { population: 4 }, { maxSteps: 3 }, (trial) => ({
    value: trial.number,
    failed: stageOf(trial)?.member === 2,
  }));
  expect(trials.filter((trial) => stageOf(trial)?.member === 2)).toHaveLength(3);
  expect(end).toBe(
    '3 of 4 members of the population were trained to step 3; the others were given up after 3 lost stages in a row.',
  );
});

test.each([
  [{ population: 1 }, 'pbt: population wants a whole number >= 2; got 1.'],
  [{ interval: 0.5 }, 'pbt: interval wants a whole number >= 1; got 0.5.'],
  [{ quantile: 0.6 }, 'pbt: quantile wants a number in (0, 0.5]; got 0.6.'],
  [{ resample: NaN }, 'pbt: resample wants a number in [0, 1]; got NaN.'],
])('bad options are refused: %j', (options, message) => {
  expect(() => pbt(options)).toThrow(message);
});

function plane() {
  return space({ h0: float(0, 1), h1: float(0, 1) });
}

describe('the toy problem of the paper (§4.1, figure 2): ascent on a surrogate whose weights are the hyperparameters', () => {
  /** θ starts at (0.9, 0.9); 4 steps a stage by the gradient of 1.2 − h0 θ0² − h1 θ1², step size 0.01; judged by 1.2 − θ0² − θ1². */
  function toy(options: PbtOptions, first: readonly Params[]): number {
    const states = new Map<number, readonly [number, number]>();
    const { trials } = population(plane(), options, { maxSteps: 200 }, (trial) => {
      const stage = stageOf(trial);
      let [t0, t1] = states.get(stage?.from ?? -1) ?? [0.9, 0.9];
      const { h0, h1 } = (stage?.from === null ? (first[trial.number] ?? trial.params) : trial.params) as {
        h0: number;
        h1: number;
      };
      for (let i = (stage?.until ?? 0) - (stage?.after ?? 0); i > 0; i--)
        [t0, t1] = [t0 - 0.02 * h0 * t0, t1 - 0.02 * h1 * t1];
      states.set(trial.number, [t0, t1]);
      return { value: 1.2 - t0 * t0 - t1 * t1 };
    });
    return Math.max(...trials.map((trial) => (trial.state === 'complete' ? (trial.values['q'] ?? 0) : 0)));
  }
  const corners: readonly Params[] = [
    { h0: 1, h1: 0 },
    { h0: 0, h1: 1 },
  ];

  test('two members that see one axis each get further with exploitation than each alone ever can', () => {
    // Alone a member keeps the other coordinate at 0.9: at most 1.2 − 0.81 = 0.39.
    expect(toy({ population: 2, interval: 4, quantile: 0.5 }, corners)).toBeGreaterThan(1.1);
  });
});
