import type { Params, Sampler } from '#core';
import { createRng } from '#math';
import { pointSpaceOf } from '#models';
import { tpe } from '#samplers';
import { sampleUniform } from '#space';
import { expect, test } from 'vitest';
import { problems } from './problems.ts';
import { samplerQualityLaws, search, signTest } from './quality.ts';

for (const problem of Object.values(problems))
  test(`${problem.name}: the optimum has the stated loss, and no point near it or of 2,000 uniform ones has less`, () => {
    const { space, loss, optimum } = problem;
    expect(loss(optimum.params)).toBeCloseTo(optimum.loss, 10);
    const points = pointSpaceOf(space);
    const at = points.encode(optimum.params);
    const rng = createRng(problem.name);
    for (let i = 0; i < 2000; i++) {
      const near = points.decode(points.mutate(at, 10 ** -(i % 7), 0.5, rng));
      for (const params of [near, sampleUniform(space, rng)])
        expect(loss(params as Params)).toBeGreaterThan(optimum.loss - 1e-10); // parameters of this space
    }
  });

test('the sign test gives the tails of the binomial distribution', () => {
  // scripts/golden/problems.py, scipy 1.10.1
  expect(signTest(20, 24)).toBeCloseTo(0.000771939754486084, 15);
  expect(signTest(15, 16)).toBeCloseTo(0.0002593994140625, 15);
  expect(signTest(12, 24)).toBeCloseTo(0.5805901288986206, 12);
  expect(signTest(0, 5)).toBe(1);
});

const cheap = { problems: [problems.bowl, problems.training], trials: 40, pairs: 16 };
const drawing = (name: string, shift: number): (() => Sampler) => {
  return () => ({
    name,
    suggest: ({ space, number, studyRng }) => ({
      params: sampleUniform(space, studyRng.fork(shift, number)),
    }),
  });
};

for (const law of samplerQualityLaws(() => tpe(), cheap)) test(`tpe: ${law.name}`, law.check);

test('random search with other seeds passes no law, and neither does a sampler that stays at one point', () => {
  for (const { check } of samplerQualityLaws(drawing('other', 1), cheap)) expect(check).toThrow(/of 16, p = /);
  const stays: Sampler = {
    name: 'stays',
    suggest: ({ space }) => ({ params: sampleUniform(space, createRng(0)) }),
  };
  for (const { check } of samplerQualityLaws(() => stays, cheap)) expect(check).toThrow(/[0-3] of 16/);
});

test('a search is the same for the same seed, and its best loss never grows', () => {
  const run = () => search(tpe(), problems.branin, 25, 3);
  expect(run()).toEqual(run());
  expect(run().every((loss, i, all) => i === 0 || loss <= all[i - 1]!)).toBe(true);
});
