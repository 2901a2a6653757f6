import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crowdingDistance, dominates, nonDominatedRanks } from './pareto.ts';

test('a point dominates another when it is nowhere worse and somewhere better', () => {
  expect(dominates([1, 2], [1, 3])).toBe(true);
  expect(dominates([1, 2], [1, 2])).toBe(false);
  expect(dominates([1, 3], [2, 2])).toBe(false);
});

test('fronts are those of peeling off what nothing left dominates, for one to four losses with many ties', () => {
  const cloud = fc
    .integer({ min: 1, max: 4 })
    .chain((m) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: m, maxLength: m }), { maxLength: 40 }),
    );
  fc.assert(
    fc.property(cloud, (points) => {
      const peeled = new Array<number>(points.length).fill(-1);
      for (let rank = 0; peeled.includes(-1); rank++) {
        const left = points.filter((_, i) => peeled[i] === -1);
        points.forEach((p, i) => {
          if (peeled[i] === -1 && !left.some((q) => dominates(q, p))) peeled[i] = rank;
        });
      }
      expect([...nonDominatedRanks(points)]).toEqual(peeled);
    }),
    { seed: 1 },
  );
});

test('ten thousand points of three losses in fronts of two', () => {
  // Two chains: member v of either is dominated by member v - 1 of both.
  const points = Array.from({ length: 10_000 }, (_, i) => {
    const v = i >> 1;
    return i % 2 === 0 ? [v, v, v + 0.5] : [v, v + 0.5, v];
  });
  const ranks = nonDominatedRanks(points);
  expect(ranks[0]).toBe(0);
  expect(ranks[9999]).toBe(4999);
});

test('crowding: Infinity at the ends, the sum of relative gaps between, as Deb et al. 2002 define it', () => {
  // By hand: ranges 4 and 8; middle point (4 - 0)/4 + (8 - 0)/8 = 2. With a fourth: (1 - 0)/4 ... see each line.
  expect([
    ...crowdingDistance([
      [0, 8],
      [1, 4],
      [4, 0],
    ]),
  ]).toEqual([Infinity, 2, Infinity]);
  const four = crowdingDistance([
    [0, 8],
    [1, 4],
    [2, 3],
    [4, 0],
  ]);
  expect(four[1]).toBeCloseTo(2 / 4 + 5 / 8, 12);
  expect(four[2]).toBeCloseTo(3 / 4 + 4 / 8, 12);
});

test('crowding: equal losses count nothing, one point has no neighbours', () => {
  expect([
    ...crowdingDistance([
      [1, 1],
      [1, 1],
    ]),
  ]).toEqual([0, 0]);
  expect([...crowdingDistance([[3, 4]])]).toEqual([0]);
  expect([...crowdingDistance([])]).toEqual([]);
});
