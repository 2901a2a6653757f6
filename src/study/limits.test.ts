import { float, space } from '#space';
import { expect, test } from 'vitest';
import { createStudy } from './index.ts';

const s = space({ x: float(0, 1) });
const options = {
  space: s,
  objectives: { accuracy: 'maximize' },
  constraints: { ms: { atMost: 20 } },
  seed: 1,
} as const;

test('limited metrics are told beside the objectives and kept; the best is the best that keeps the limits', async () => {
  const study = await createStudy(options);
  expect(study.definition.limits).toEqual([{ metric: 'ms', atMost: 20 }]);
  await study.optimize(({ params: { x } }) => ({ accuracy: x, ms: 40 * x }), { trials: 12 });
  expect(study.best?.values['ms']).toBeLessThanOrEqual(20);
  expect(study.best?.values['accuracy']).toBeGreaterThan(0.4); // 0.5 is the optimum
  expect(study.trials.some((t) => t.state === 'complete' && (t.values['ms'] ?? 0) > 20)).toBe(true);
});

test('best is null while no trial keeps the limits', async () => {
  const study = await createStudy(options);
  await study.add({ x: 1 }, { accuracy: 1, ms: 40 });
  expect(study.best).toBeNull();
});

test('a trial told without a limited metric is refused, and one whose metric is not finite has failed', async () => {
  const study = await createStudy(options);
  const trial = await study.ask();
  // @ts-expect-error TS2345 -- `ms` is missing
  await expect(study.tell(trial, { accuracy: 1 })).rejects.toThrow('"ms" is missing or no number');
  expect((await study.tell(trial, { accuracy: 1, ms: NaN })).state).toBe('failed');
});

test.each([
  [{ ms: {} }, 'constraints: "ms" wants { atMost: number } or { atLeast: number } or both; got {}.'],
  [{ ms: { atMost: NaN } }, 'constraints: "ms" wants { atMost: number }'],
  [{ ms: { atLeast: 3, atMost: 2 } }, 'no value of "ms" is at least 3 and at most 2; swap them.'],
  [{ state: { atMost: 2 } }, 'a metric may not be called "state"'],
])('bad limits are refused in a sentence: %j', async (constraints, message) => {
  await expect(createStudy({ ...options, constraints })).rejects.toThrow(message);
});
