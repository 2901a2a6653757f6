import { expect, test } from 'vitest';
import type { CompleteTrial } from '#core';
import { fingerprint } from './fingerprint.ts';

const trial: CompleteTrial = {
  number: 0,
  params: { x: 0.1 },
  createdAt: 1,
  measurements: [{ step: 1, values: { y: 2, loss: NaN }, at: 2 }],
  attempt: 1,
  attributes: {},
  suggestedBy: 'random',
  state: 'complete',
  values: { y: 2 },
  startedAt: 1,
  endedAt: 3,
};

test('times, attempts and attributes do not count', () => {
  const later = { ...trial, createdAt: 9, startedAt: 9, endedAt: 99, attempt: 4, attributes: { test: 1 } };
  const measurements = [{ step: 1, values: { loss: NaN, y: 2 }, at: 7 }];
  expect(fingerprint([{ ...later, measurements }])).toBe(fingerprint([trial]));
});

test('parameters, measurements, values, states and the number of trials count, to the last bit', () => {
  const nextUp = 2 + 2 ** -51; // the double after 2
  const others: Parameters<typeof fingerprint>[0][] = [
    [],
    [trial, { ...trial, number: 1 }],
    [{ ...trial, params: { x: 0.2 } }],
    [{ ...trial, values: { y: nextUp } }],
    [{ ...trial, measurements: [{ step: 1, values: { y: 2, loss: Infinity }, at: 2 }] }],
    [{ ...trial, measurements: [{ step: 2, values: { y: 2, loss: NaN }, at: 2 }] }],
    [{ ...trial, state: 'pruned', reason: 'r', atStep: 1 }],
    [{ ...trial, state: 'failed', error: { message: 'm' } }],
  ];
  expect(new Set([trial, ...others].map((t) => fingerprint('state' in t ? [t] : t))).size).toBe(others.length + 1);
});
