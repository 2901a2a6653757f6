import { expect, test } from 'vitest';
import { type Schedule, scheduleCurve } from './schedule.ts';
import {
  constant,
  cosine,
  cosineRestarts,
  exponential,
  linear,
  multistep,
  oneCycle,
  polynomial,
  stepDecay,
  warmup,
  warmupStableDecay,
} from './schedules.ts';
import golden from './optim.golden.json' with { type: 'json' };

// Thirty-five epochs printed by scripts/golden/optim.py from torch.optim.lr_scheduler (PyTorch 1.13.0).
const cases: readonly (readonly [keyof typeof golden.schedules, Schedule])[] = [
  ['stepDecay', stepDecay({ every: 7, factor: 0.5 })],
  ['multistep', multistep()],
  ['exponential', exponential({ factor: 0.93 })],
  ['linear', linear({ over: 12, end: 0.2 })],
  ['cosine', cosine({ over: 40, end: 0.05 })],
  ['polynomial', polynomial({ over: 30, power: 1.5 })],
  ['cosineRestarts', cosineRestarts({ first: 5, multiply: 2, end: 0.05 })],
  ['oneCycle', oneCycle({ over: 36, rise: 0.3 })],
  ['warmupStableDecay', warmupStableDecay({ over: 35, rise: 5, fall: 10, start: 0.1, end: 0.02 })],
  ['warmup', warmup(exponential({ factor: 0.9 }), { over: 5, start: 0.1 })],
];

test.each(cases)('%s gives the factors of PyTorch', (name, schedule) => {
  const expected = golden.schedules[name];
  // PyTorch multiplies step by step, we take the closed form: they differ by rounding only. rtol 1e-13
  // atol 1e-15: at the end of polynomial theirs is a rounding error and ours is 0.
  expected.forEach((factor, t) => expect(Math.abs(schedule.factor(t) - factor)).toBeLessThan(1e-13 * factor + 1e-15));
  expect(schedule.kind).toBe(name);
});

test('multistep divides by ten once 10, 20 and 30 epochs are done', () => {
  const at = [0, 9, 10, 19, 20, 29, 30, 99].map((t) => multistep().factor(t));
  [1, 1, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001].forEach((f, i) => expect(at[i]).toBeCloseTo(f, 15));
});

test('linear and cosine stay at their end', () => {
  expect(linear({ over: 4 }).factor(4)).toBe(0);
  expect(linear({ over: 4 }).factor(400)).toBe(0);
  expect(cosine({ over: 4, end: 0.1 }).factor(4)).toBe(0.1);
  expect(cosine({ over: 4, end: 0.1 }).factor(400)).toBe(0.1);
  expect(constant().factor(7)).toBe(1);
});

test('a schedule counts epochs unless told to count steps, and warmup counts what it wraps', () => {
  expect(multistep().unit).toBe('epoch');
  const steps = warmup(cosine({ over: 1000, unit: 'step' }), { over: 100 });
  expect(steps.unit).toBe('step');
  expect(steps.config).toEqual({
    over: 100,
    start: 0.1,
    schedule: { kind: 'cosine', over: 1000, end: 0, unit: 'step' },
  });
});

test('every schedule is finite and never negative, also long after its end', () => {
  for (const [, schedule] of cases) {
    for (const t of [0, 1, 2, 34, 35, 36, 1000, 1e6]) {
      const factor = schedule.factor(t);
      expect(Number.isFinite(factor) && factor >= 0, `${schedule.kind} at ${t} is ${factor}`).toBe(true);
    }
  }
});

test('restarts begin at the full rate again', () => {
  expect([0, 4, 8].map((t) => cosineRestarts({ first: 4 }).factor(t))).toEqual([1, 1, 1]);
  expect([0, 4, 12, 28].map((t) => cosineRestarts({ first: 4, multiply: 2 }).factor(t))).toEqual([1, 1, 1, 1]);
});

test('a curve has a factor for each step, whatever the schedule counts', () => {
  expect([...scheduleCurve(stepDecay({ every: 1, factor: 0.5 }), 6, { stepsPerEpoch: 2 })]).toEqual([
    1, 1, 0.5, 0.5, 0.25, 0.25,
  ]);
  expect([...scheduleCurve(linear({ over: 4, unit: 'step' }), 5, { stepsPerEpoch: 2 })]).toEqual([
    1, 0.75, 0.5, 0.25, 0,
  ]);
});

test('impossible settings are refused where they are written', () => {
  expect(() => stepDecay({ every: 0 })).toThrow('stepDecay: every must be an integer >= 1; got 0.');
  expect(() => multistep({ at: [20, 10] })).toThrow('multistep: at must be ascending integers >= 1; got [20, 10].');
  expect(() => exponential({ factor: NaN })).toThrow('exponential: factor must be a number > 0; got NaN.');
  expect(() => linear({ over: 1.5 })).toThrow('linear: over must be an integer >= 1; got 1.5.');
  expect(() => cosine({ over: 3, end: -1 })).toThrow('cosine: end must be a number >= 0; got -1.');
  expect(() => warmup(constant(), { over: 3, start: 2 })).toThrow('warmup: start must be a number in [0, 1]; got 2.');
  expect(() => polynomial({ over: 3, power: 0 })).toThrow('polynomial: power must be a number > 0; got 0.');
  expect(() => cosineRestarts({ first: 0 })).toThrow('cosineRestarts: first must be an integer >= 1; got 0.');
  expect(() => oneCycle({ over: 10, rise: 1 })).toThrow('oneCycle: rise must be a number in (0, 1); got 1.');
  expect(() => warmupStableDecay({ over: 10, rise: 8, fall: 3 })).toThrow('fall must be in [1, 2]; got 3.');
});
