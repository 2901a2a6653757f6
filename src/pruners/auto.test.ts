import type { Hints } from '#core';
import { createRng } from '#math';
import { createStudy } from '#study';
import { float, space } from '#space';
import { expect, test } from 'vitest';
import { auto } from './auto.ts';
import { complete, decide, paused, promote, pruned, running } from './records.fixture.ts';

const END = 30;
const falling = (end: number, steps: number): number[] => Array.from({ length: steps }, (_, i) => end + 1 / (i + 1));
const history = [0.5, 0.2, 0.8, 0.4, 0.9, 0.6].map((end, number) => complete(number, falling(end, END)));

test('goes on with a trial that promises to be the best, sets a bad one aside', () => {
  const at = (end: number, resumable: boolean) =>
    decide(auto(), [...history, running(6, falling(end, 7))], { resumable }).decision;
  expect(at(0.1, true)).toBe('continue');
  expect(at(0.1, false)).toBe('continue');
  expect(at(0.9, true)).toBe('pause');
  expect(at(0.9, false)).toBe('stop');
});

test('compares forecasts, not values: a trial that stands worse at an early step but comes down like the best goes on', () => {
  // The worse a curve begins here, the better it ends.
  const crossing = (end: number, steps: number) =>
    Array.from({ length: steps }, (_, i) => end + (3 - 3 * end) / (i + 1));
  const others = [0.5, 0.3, 0.8, 0.4, 0.9, 0.6, 0.7].map((end, number) => complete(number, crossing(end, END)));
  const at = (end: number) => decide(auto(), [...others, running(7, crossing(end, 2))], { resumable: true }).decision;
  expect(crossing(0.2, 2)[1]).toBeGreaterThan(crossing(0.9, 2)[1]!);
  expect(at(0.2)).toBe('continue');
  expect(at(0.9)).toBe('pause');
});

test('looks at reports 2, 3, 4, 5, 7, 9, 12, 16, 21, 27 only', () => {
  const halted = Array.from({ length: 29 }, (_, i) => i + 1).filter(
    (n) => decide(auto(), [...history, running(6, falling(3, n))]).decision === 'stop',
  );
  expect(halted).toEqual([2, 3, 4, 5, 7, 9, 12, 16, 21, 27]);
});

test('resumes the paused trial that promises most, if it promises more than a new one', () => {
  const bad = [0.9, 0.95, 0.99, 1, 1.05, 1.1, 1.2].map((end, i) => paused(6 + i, falling(end, 4)));
  expect(promote(auto(), [...history, ...bad])).toBe(null);
  expect(
    promote(auto(), [...history, ...bad.slice(0, 3), paused(9, falling(0.1, 16)), paused(10, falling(0.3, 5))]),
  ).toBe(9);
});

test('does not start new trials for ever: what was spent on trials set aside makes a new one dearer', () => {
  // One complete trial says little about the rest, so all margins are wide and a new trial looks as good as any.
  const rng = createRng(2);
  const aside = (count: number) => Array.from({ length: count }, (_, i) => paused(i + 1, falling(rng.float(), 2)));
  const first = complete(0, falling(0.5, END));
  expect(promote(auto(), [first, ...aside(10)])).toBe(null);
  expect(promote(auto(), [first, ...aside(120)])).not.toBe(null);
});

test('with no trial left to start, paused ones run on while they may become the best', () => {
  const trials = [...history, paused(6, falling(0.22, 20)), paused(7, falling(0.9, 20))];
  expect(promote(auto(), trials, { hints: { trials: 8 } })).toBe(6);
  expect(promote(auto(), trials.with(6, paused(6, falling(0.8, 20))), { hints: { trials: 8 } })).toBe(null);
  // None complete: the best one is finished, whatever it promises.
  const open = [paused(0, falling(0.5, 5)), paused(1, falling(0.4, 5))];
  expect(promote(auto(), open, { hints: { trials: 2, maxSteps: END } })).toBe(1);
});

test('a trial may be favoured by one of several objectives', () => {
  const objectives = [
    { name: 'loss', direction: 'minimize' },
    { name: 'size', direction: 'minimize' },
  ] as const;
  const sized = <T extends ReturnType<typeof complete>>(trial: T, size: number): T => ({
    ...trial,
    measurements: trial.measurements.map((m) => ({ ...m, values: { ...m.values, size } })),
    ...(trial.state === 'complete' ? { values: { ...trial.values, size } } : {}),
  });
  const others = history.map((trial, i) => sized(trial, 10 - i));
  const at = (end: number, size: number) =>
    decide(auto(), [...others, sized(running(6, falling(end, 7)), size)], { objectives, resumable: true }).decision;
  expect(at(0.9, 1)).toBe('continue'); // the smallest
  expect(at(0.05, 12)).toBe('continue'); // the most accurate
  expect(at(1, 12)).toBe('pause');
});

test('where trials are scarce, one that may become the best is not given up for a new one; where steps are, it is', () => {
  // All curves have one shape, and this one is ahead of all; but one complete trial leaves forecasts wide, and a new trial looks as good.
  const aside = [0.6, 0.45, 0.7, 0.55, 0.8, 0.65].map((end, i) => pruned(i + 1, falling(end, 2)));
  const trials = [complete(0, falling(0.5, END)), ...aside, running(7, falling(0.15, 4))];
  const at = (hints: Hints, resumable: boolean) => decide(auto(), trials, { hints, resumable }).decision;
  expect(at({ maxSteps: END, totalSteps: 3000 }, false)).toBe('stop');
  expect(at({ maxSteps: END }, false)).toBe('continue');
  expect(at({ maxSteps: END, trials: 40 }, false)).toBe('continue');
  expect(at({ maxSteps: END, trials: 40 }, true)).toBe('continue');
  expect(at({ maxSteps: END }, true)).toBe('pause'); // it can be resumed at any time
});

test('ends no worse than no pruning with the same steps, in nearly all of the same seeds', async () => {
  // Random search over ends a(x) with speeds that hide them early; 600 steps = 20 full trials.
  const run = async (seed: number, pruner: string, resumable: boolean): Promise<number> => {
    const study = await createStudy({
      space: space({ x: float(0, 1), speed: float(0.5, 1.5) }),
      objectives: { loss: 'minimize' },
      sampler: 'random',
      pruner,
      seed,
    });
    let best = Infinity;
    for (let spent = 0; spent < 600;) {
      const trial = await study.ask({ resumable });
      const { x, speed } = trial.params;
      let decision = 'continue';
      let step = trial.step;
      while (decision === 'continue' && step < END && spent < 600) {
        step++;
        spent++;
        const loss = x + speed / step;
        best = Math.min(best, loss);
        ({ decision } = await trial.report(step, { loss }));
      }
      if (decision !== 'pause') await study.tell(trial, { loss: x + speed / step });
    }
    return best;
  };
  const wins = { pausing: 0, stopping: 0 };
  const seeds = 10;
  for (let seed = 0; seed < seeds; seed++) {
    const plain = await run(seed, 'none', false);
    if ((await run(seed, 'auto', true)) <= plain) wins.pausing++;
    if ((await run(seed, 'auto', false)) <= plain) wins.stopping++;
  }
  // Seeds are fixed. By chance alone, 9 or more of 10 have a probability of 11 / 1024.
  expect(wins.pausing).toBeGreaterThanOrEqual(9);
  expect(wins.stopping).toBeGreaterThanOrEqual(9);
});
