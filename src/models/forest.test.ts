import { createRng } from '#math';
import { expect, test } from 'vitest';
import { growForest, type ForestAxis, type Leaf } from './forest.ts';

const number: ForestAxis = { labels: null, parent: null };
const covers = ({ sides }: Leaf, point: readonly number[]): boolean =>
  sides.every((side, d) => side.some(([low, high]) => point[d]! >= low && point[d]! < high));

test('the leaves of every tree cover the cube once', () => {
  const rng = createRng(5);
  const columns = [0, 1].map(() => Float64Array.from({ length: 80 }, () => rng.float()));
  const labels = Float64Array.from({ length: 80 }, () => (rng.int(0, 2) + 0.5) / 3);
  const values = Float64Array.from({ length: 80 }, () => rng.normal());
  const forest = growForest([number, number, { labels: 3, parent: null }], [...columns, labels], values, 5, rng);
  expect(forest).toHaveLength(5);
  for (const leaves of forest) {
    for (let i = 0; i < 200; i++) {
      const point = [rng.float(), rng.float(), rng.float()];
      expect(leaves.filter((leaf) => covers(leaf, point))).toHaveLength(1);
    }
  }
});

test('a step between two points is cut in their middle, and the leaves hold its values', () => {
  const column = Float64Array.from([0.1, 0.2, 0.3, 0.6, 0.8, 0.9]);
  const values = column.map((x) => (x < 0.5 ? 1 : 4));
  // Draws may leave out the points beside the step: the cut then lies in the middle of those that were drawn.
  const cuts = growForest([number], [column], values, 20, createRng(1)).map((leaves) => {
    expect(leaves.map((leaf) => leaf.value).sort()).toEqual([1, 4]);
    return Math.max(...leaves.map(({ sides }) => sides[0]![0]![0]));
  });
  expect(cuts.some((cut) => Math.abs(cut - 0.45) < 1e-12)).toBe(true);
});

test('labels are split by their means whatever their order, and one that no point has stays with the heavier side', () => {
  const labels = [0, 1, 2, 3, 0, 1, 2, 3, 0, 2, 0, 2]; // label 4 is never drawn
  const places = Float64Array.from(labels, (k) => (k + 0.5) / 5);
  const values = Float64Array.from(labels, (k) => (k % 2 === 0 ? 0 : 1));
  for (const leaves of growForest([{ labels: 5, parent: null }], [places], values, 10, createRng(2))) {
    if (leaves.length === 1) continue;
    expect(leaves.map((leaf) => leaf.value).sort()).toEqual([0, 1]);
    for (const k of [0, 1, 2, 3]) {
      const isDrawn = leaves.filter((leaf) => covers(leaf, [(k + 0.5) / 5]));
      expect(isDrawn).toHaveLength(1);
    }
  }
});

test('an axis with inactive points is split only where its branch has been set apart', () => {
  const rng = createRng(4);
  const branch = Float64Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? 0.25 : 0.75));
  const child = branch.map((place) => (place === 0.25 ? rng.float() : NaN));
  const values = child.map((c) => (Number.isNaN(c) ? 0.5 : c));
  const axes: ForestAxis[] = [
    { labels: 2, parent: null },
    { labels: null, parent: { axis: 0, place: 0.25 } },
  ];
  for (const leaves of growForest(axes, [branch, child], values, 10, rng)) {
    for (const { sides, value } of leaves) {
      const isWhole = sides[1]![0]![0] === 0 && sides[1]![0]![1] === 1;
      if (isWhole) expect(value).toBe(0.5);
      else expect(sides[0]).toEqual([[0, 0.5]]);
    }
  }
});
