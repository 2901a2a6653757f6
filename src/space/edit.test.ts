import { isTuneError } from '#math';
import { describe, expect, test } from 'vitest';
import { linear } from './constraint.ts';
import { planEdit } from './edit.ts';
import { completed } from './flat.ts';
import { spaceFromJson } from './from-json.ts';
import { branch, choice, fixed, float, int, type Fields } from './param.ts';
import { fits, space } from './space.ts';

const fields = {
  rate: float(1e-4, 1e-1, { log: true }),
  n: int(1, 8),
  c: choice(['x', 'y', null]),
  k: fixed(3),
  o: branch({ sgd: { momentum: float(0, 1) }, adam: {} }),
};
const before = space(fields);
const edit = (change: Fields) => planEdit(before, space({ ...fields, ...change }));
const params = { rate: 1e-2, n: 4, c: 'x', k: 3, o: { kind: 'sgd', momentum: 0.5 } };

test('an equal space, in whatever order, changes nothing', () => {
  const { k, ...rest } = fields;
  expect(planEdit(before, space({ k, ...rest })).changes).toEqual([]);
});

describe('allowed', () => {
  test.each<[Fields, string]>([
    [
      { rate: float(1e-5, 1, { log: true }) },
      '"rate" is float(0.00001, 1, { log: true }), from float(0.0001, 0.1, { log: true })',
    ],
    [{ n: int(2, 4) }, '"n" is int(2, 4), from int(1, 8)'],
    [{ c: choice(['x', 'z']) }, '"c" is choice(["x", "z"]), from choice(["x", "y", null])'],
    [{ o: branch({ ...fields.o.branches, rprop: {} }) }, '"o" has "rprop"'],
    [{ o: branch({ adam: {} }) }, '"o" has no "sgd" any more'],
    [
      { o: branch({ ...fields.o.branches, sgd: { momentum: float(0, 0.9) } }) },
      '"o.sgd.momentum" is float(0, 0.9), from float(0, 1)',
    ],
    [{ n: fixed(4) }, '"n" is fixed(4), from int(1, 8)'],
    [{ k: int(1, 5) }, '"k" is int(1, 5), from fixed(3)'],
    [{ extra: float(0, 1, { default: 0.5 }) }, '"extra" is new: float(0, 1)'],
  ])('%#', (change, sentence) => {
    const plan = edit(change);
    expect(plan.changes).toEqual([sentence]);
    expect(JSON.stringify(spaceFromJson(JSON.parse(JSON.stringify(plan.space))))).toBe(JSON.stringify(plan.space));
  });

  test('constraints come and go', () => {
    const constraints = [linear({ coefficients: { n: 1, k: 1 }, atMost: 8 })];
    expect(planEdit(before, space(fields, { constraints })).changes).toEqual(['with the constraint n + k <= 8']);
    expect(planEdit(space(fields, { constraints }), before).changes).toEqual(['without the constraint n + k <= 8']);
  });
});

test('a parameter that is fixed stays what it was for earlier trials, also after a second edit, and can be freed', () => {
  const { space: held } = edit({ n: fixed(4) });
  expect(() => held.parse({ ...params, n: 5 })).toThrow('must fit fixed(4)');
  expect(fits(held, { ...params, n: 5 })).toBe(true);
  expect(fits(held, { ...params, n: 9 })).toBe(false);
  const again = planEdit(held, space({ ...fields, n: fixed(2) }));
  expect(again.changes).toEqual(['"n" is fixed(2), from fixed(4)']);
  expect(fits(again.space, { ...params, n: 5 })).toBe(true);
  expect(planEdit(again.space, space({ ...fields, n: fixed(2) })).changes).toEqual([]);
  expect(planEdit(again.space, before).changes).toEqual(['"n" is int(1, 8), from fixed(2)']);
});

test('earlier trials count as having had the default of what is new, where its branch is active', () => {
  const { fill, space: now } = edit({
    extra: float(0, 1, { default: 0.5 }),
    schedule: branch({ none: {}, step: { every: int(1, 9, { default: 3 }) } }, { default: 'step' }),
    plain: branch({ none: {}, some: { x: float(0, 1) } }, { default: 'none' }),
    o: branch({ sgd: { momentum: float(0, 1), nesterov: choice([false, true], { default: false }) }, adam: {} }),
  });
  const full = completed(params, fill);
  expect(now.parse(full)).toEqual({
    ...params,
    extra: 0.5,
    schedule: { kind: 'step', every: 3 },
    plain: { kind: 'none' },
    o: { kind: 'sgd', momentum: 0.5, nesterov: false },
  });
  expect(now.parse(completed({ ...params, o: { kind: 'adam' } }, fill)).o).toEqual({ kind: 'adam' });
  expect(completed(full, fill)).toEqual(full);
});

test.each<[Fields, string]>([
  [
    { n: float(1, 8) },
    'space: "n" was int(1, 8) and is float(1, 8): a parameter keeps its kind; give the new one a new name and keep "n" as fixed(value).',
  ],
  [{ n: fixed(9) }, 'space: "n" was int(1, 8), which fixed(9) is no value of; widen it first.'],
  [{ k: fixed(4) }, 'space: "k" was fixed(3) and cannot become fixed(4).'],
  [{ k: int(4, 5) }, 'space: "k" was fixed(3) and is int(4, 5): earlier trials have values that are none of it.'],
  [{ o: fixed('sgd') }, 'space: "o" was branch({ sgd, adam }) and cannot become fixed("sgd").'],
  [
    { extra: int(1, 2) },
    'space: "extra" is new and has no default, so nothing says what earlier trials had of it; give int(1, 2) a default.',
  ],
  [
    { extra: branch({ a: { x: float(0, 1) } }, { default: 'a' }) },
    'space: "extra.a.x" is new and has no default, so nothing says what earlier trials had of it; give float(0, 1) a default.',
  ],
])('refused: %#', (change, message) => {
  expect(() => edit(change)).toThrow(message);
});

test('a parameter cannot go without a word', () => {
  const { n, ...rest } = fields;
  void n;
  try {
    planEdit(before, space(rest));
    throw new Error('not refused');
  } catch (error) {
    if (!isTuneError(error)) throw error;
    expect(error.code).toBe('bad-edit');
    expect(error.message).toBe(
      'space: "n" was int(1, 8) and is gone; keep it as fixed(value), which says what the trials to come have of it.',
    );
  }
});
