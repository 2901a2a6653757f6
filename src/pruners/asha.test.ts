import { createStudy } from '#study';
import { float, space } from '#space';
import { expect, test } from 'vitest';
import { asha } from './asha.ts';
import { complete, decide, paused, promote, pruned, running } from './records.fixture.ts';

const options = { minResource: 1, reductionFactor: 3, maxSteps: 9 }; // rungs at 1 and 3

test('the stopping variant lets the best third of those seen so far go on, the first one always', () => {
  const pruner = asha(options);
  expect(decide(pruner, [running(0, [5])]).decision).toBe('continue');
  const trials = [complete(0, [5, 5]), pruned(1, [6]), pruned(2, [7]), pruned(3, [8]), pruned(4, [9])];
  expect(decide(pruner, [...trials, running(5, [5.5])]).decision).toBe('continue'); // place 2 of 6, two go on
  expect(decide(pruner, [...trials, running(5, [6.5])])).toEqual({
    decision: 'stop',
    reason: 'place 3 of 6 at the rung of step 1',
  });
});

test('is silent between rungs and after the last one', () => {
  const trials = Array.from({ length: 8 }, (_, number) => complete(number, new Array<number>(9).fill(0)));
  const halted = [1, 2, 3, 4, 5, 6, 7, 8, 9].filter(
    (n) => decide(asha(options), [...trials, running(8, new Array<number>(n).fill(1))]).decision === 'stop',
  );
  expect(halted).toEqual([1, 3]);
});

test('a trial that jumps over rungs is judged once, at its first report after them', () => {
  const trials = Array.from({ length: 8 }, (_, number) => complete(number, new Array<number>(9).fill(0)));
  expect(decide(asha(options), [...trials, running(8, [1], [2])]).decision).toBe('stop');
  expect(decide(asha(options), [...trials, running(8, [-1, 1], [2, 5])]).decision).toBe('stop');
  expect(decide(asha(options), [...trials, running(8, [-1, -1, 1], [2, 5, 7])]).decision).toBe('continue');
});

test('a resumable trial pauses at a rung, unless it is the one to be promoted', () => {
  const trials = [paused(0, [1]), paused(1, [2])];
  expect(decide(asha(options), [...trials, running(2, [3])], { resumable: true }).decision).toBe('pause');
  expect(decide(asha(options), [...trials, running(2, [0.5])], { resumable: true }).decision).toBe('continue');
});

test('promotes the best of the highest rung, and each rung only its best third', () => {
  const pruner = asha(options);
  const low = [paused(0, [3]), paused(1, [1]), paused(2, [2])];
  expect(promote(pruner, low.slice(0, 2))).toBe(null);
  expect(promote(pruner, low)).toBe(1);
  const gone = [paused(0, [3]), paused(1, [1, 1, 1]), paused(2, [2])];
  expect(promote(pruner, gone)).toBe(null); // the third was promoted already
  const high = [
    paused(0, [3, 3, 3]),
    paused(1, [1, 4, 4]),
    paused(2, [2, 2, 2]),
    paused(3, [0]),
    paused(4, [9]),
    paused(5, [9]),
  ];
  expect(promote(pruner, high)).toBe(2); // rung 3 before rung 1, where trial 3 waits
});

test('without a known last step it waits for a complete trial', () => {
  const pruner = asha({ minResource: 1 });
  const bad = [running(0, [1]), running(1, [1]), running(2, [1]), running(3, [9])];
  expect(decide(pruner, bad).decision).toBe('continue');
  expect(decide(pruner, bad, { hints: { maxSteps: 9 } }).decision).toBe('stop');
  expect(decide(pruner, [complete(0, [1, 1, 1]), ...bad.slice(1)]).decision).toBe('stop');
});

test('a diverged trial is never promoted', () => {
  expect(promote(asha(options), [paused(0, [NaN]), paused(1, [Infinity]), paused(2, [-Infinity])])).toBe(null);
});

test('with two objectives the rung is ordered by the number of trials that dominate', () => {
  const objectives = [
    { name: 'loss', direction: 'minimize' },
    { name: 'size', direction: 'minimize' },
  ] as const;
  const at = (number: number, loss: number, size: number) => ({
    ...paused(number, [loss]),
    measurements: [{ step: 1, values: { loss, size }, at: 0 }],
  });
  // 1 dominates 0; 2 and 1 are on the front; the lower number wins the tie.
  expect(promote(asha(options), [at(0, 3, 3), at(1, 2, 2), at(2, 1, 4)], { objectives })).toBe(1);
});

test('a study of 27 trials spends little on most of them and finds the best', async () => {
  const study = await createStudy({
    space: space({ x: float(0, 1) }),
    objectives: { loss: 'minimize' },
    sampler: 'random',
    pruner: asha({ minResource: 1, reductionFactor: 3, maxSteps: 27 }),
    seed: 3,
  });
  await study.optimize(
    async (trial) => {
      for (let step = trial.step + 1; step <= 27; step++) {
        const loss = trial.params.x + 1 / step;
        if ((await trial.report(step, { loss })).decision !== 'continue') return;
      }
      return { loss: trial.params.x };
    },
    { trials: 27, resumable: true },
  );
  const reached = (step: number) => study.trials.filter((t) => t.measurements.length > step).length;
  // Synchronous halving would let 9 pass step 1 and 1 pass step 9; asynchronous promotion also lets those pass that are overtaken later.
  expect(reached(1)).toBeGreaterThanOrEqual(9);
  expect(reached(1)).toBeLessThanOrEqual(14);
  expect(reached(9)).toBeLessThanOrEqual(9);
  const best = study.trials.toSorted((a, b) => a.params.x - b.params.x)[0]!;
  expect(study.best?.number).toBe(best.number);
});
