/**
 * A forest of regression trees on points of the unit cube, given as boxes: each tree cuts the cube into leaves with one value each.
 * Breiman 2001, "Random Forests", Machine Learning 45: each tree is grown on draws with replacement, as many as there are points but at most 1,000,
 * which bounds its cost, without limit of depth, until a leaf has equal values. Every split looks at all axes, in random order, so that equally good
 * ones take turns.
 *   number     cut between two neighbouring values, where the sum of squares falls most
 *   category   label k of n owns the cell [k/n, (k+1)/n]; labels are ordered by their mean in the node, and the best cut of this order is
 *              the best of all subsets (Fisher 1958; Breiman, Friedman, Olshen & Stone 1984, §4.2.2). Labels without a point in the node go with the heavier side.
 * Inactive parameters have no value (NaN), and nothing is imputed: a parameter of a branch is split only where all points of the node are in its
 * branch. Where they are not, its best cut among those that are counts for the label above it, which is then set apart: two branches that are equally good on average would
 * else never be told from each other.
 *   columns  [d][n]  coordinates in [0, 1] or NaN        values  [n]  finite
 * Cost of a tree: O(draws · d) for each level.
 */
import type { Rng } from '#math';

/** Disjoint intervals of [0, 1] that a box covers on one axis; of a number it is one. */
export type Side = readonly (readonly [low: number, high: number])[];

export interface Leaf {
  readonly value: number;
  /** One for each axis. */
  readonly sides: readonly Side[];
}

export interface ForestAxis {
  /** Number of labels of a category; null: a number. */
  readonly labels: number | null;
  /** The axis of the branch that holds this parameter, and the place of its label; null at the top. */
  readonly parent: { readonly axis: number; readonly place: number } | null;
}

const MOST_DRAWS = 1000;

interface Node {
  readonly ids: Int32Array; // [m]
  /** Of each axis: the points of the node that have a value there, in its order. */
  readonly orders: readonly Int32Array[]; // [d][≤ m]
  readonly sides: readonly Side[];
}

interface Split {
  readonly axis: number;
  readonly isLeft: (place: number) => boolean;
  readonly left: Side;
  readonly right: Side;
}

interface Sample {
  readonly axes: readonly ForestAxis[];
  readonly columns: readonly Float64Array[];
  readonly values: Float64Array;
  /** How often each point was drawn. */
  readonly counts: Float64Array;
}

/** The leaves of each tree. */
export function growForest(
  axes: readonly ForestAxis[],
  columns: readonly Float64Array[],
  values: Float64Array,
  trees: number,
  rng: Rng,
): Leaf[][] {
  const n = values.length;
  const whole = axes.map(({ labels: count }): Side =>
    count === null ? [[0, 1]] : Array.from({ length: count }, (_, k) => [k / count, (k + 1) / count] as const),
  );
  const orders = columns.map((column) => activeInOrder(column));
  return Array.from({ length: trees }, (_, tree) => {
    const own = rng.fork('tree', tree);
    const counts = new Float64Array(n);
    for (let i = 0; i < Math.min(n, MOST_DRAWS); i++) {
      const drawn = own.int(0, n - 1);
      counts[drawn] = counts[drawn]! + 1;
    }
    const isDrawn = (i: number): boolean => counts[i]! > 0;
    const root = {
      ids: Int32Array.from(values.keys()).filter(isDrawn),
      orders: orders.map((order) => order.filter(isDrawn)),
      sides: whole,
    };
    return growTree(root, { axes, columns, values, counts }, own);
  });
}

function activeInOrder(column: Float64Array): Int32Array {
  const active = Int32Array.from(column.keys()).filter((i) => !Number.isNaN(column[i]));
  return active.sort((a, b) => column[a]! - column[b]! || a - b);
}

function growTree(root: Node, sample: Sample, rng: Rng): Leaf[] {
  const { columns, values, counts } = sample;
  const leaves: Leaf[] = [];
  const turn = Int32Array.from(sample.axes.keys());
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const { ids, orders, sides } = node;
    const split = bestSplit(node, sample, rng.shuffle(turn));
    if (split === null) {
      const [sum, weight] = ids.reduce(([s, w], i) => [s + counts[i]! * values[i]!, w + counts[i]!], [0, 0]);
      leaves.push({ value: sum / weight, sides });
      continue;
    }
    const { axis, isLeft, left, right } = split;
    const column = columns[axis]!;
    const goesLeft = (i: number): boolean => isLeft(column[i]!);
    const goesRight = (i: number): boolean => !isLeft(column[i]!);
    const part = (goes: (i: number) => boolean, side: Side): Node => ({
      ids: ids.filter(goes),
      orders: orders.map((order) => order.filter(goes)),
      sides: sides.with(axis, side),
    });
    open.push(part(goesLeft, left), part(goesRight, right));
  }
  return leaves;
}

/** Null where all values are equal, or no axis tells the points apart. `turn`: all axes, in the order they are looked at. */
function bestSplit(node: Node, sample: Sample, turn: Int32Array): Split | null {
  const { ids, orders } = node;
  const first = sample.values[ids[0]!]!;
  if (ids.every((i) => sample.values[i] === first)) return null;
  let best: Candidate | null = null;
  for (const axis of turn) {
    const active = orders[axis]!;
    if (active.length === 0) continue;
    const found = active.length < ids.length ? setApart(node, axis, sample) : cut(node, axis, active, sample);
    if (found !== null && (best === null || found.score > best.score)) best = found;
  }
  return best === null ? null : best.split();
}

interface Candidate {
  readonly score: number;
  readonly split: () => Split;
}

/** The best cut of one axis, among points that all have a value there. */
function cut({ sides }: Node, axis: number, active: Int32Array, sample: Sample): Candidate | null {
  const count = sample.axes[axis]!.labels;
  return count === null
    ? cutNumber(axis, sides[axis]!, active, sample)
    : cutLabels(axis, sides[axis]!, active, sample, count);
}

/** The label above an axis that only some points have, against all others; its score is that of the three parts after the cut to come. */
function setApart(node: Node, axis: number, sample: Sample): Candidate | null {
  const { axes, values, counts, columns } = sample;
  const { ids, orders, sides } = node;
  const active = orders[axis]!;
  const next = cut(node, axis, active, sample);
  let parent = axes[axis]!.parent;
  // Of branches within branches the outermost that is not yet set apart.
  while (parent !== null && orders[parent.axis]!.length < ids.length) parent = axes[parent.axis]!.parent;
  if (next === null || parent === null) return null;
  const { axis: at, place } = parent;
  const column = columns[at]!;
  if (ids.every((i) => column[i] === place)) return null; // the values that are missing are missing for another reason
  const isIn = new Set(active);
  let [sum, weight] = [0, 0];
  for (const i of ids) {
    if (isIn.has(i)) continue;
    sum += counts[i]! * values[i]!;
    weight += counts[i]!;
  }
  const holds = ([low, high]: Side[number]): boolean => low < place && place < high;
  const split = (): Split => ({
    axis: at,
    isLeft: (here) => here === place,
    left: sides[at]!.filter(holds),
    right: sides[at]!.filter((cell) => !holds(cell)),
  });
  return { score: next.score + sum ** 2 / weight, split };
}

/**
 * Of groups in an order, with their sums and weights: after which group to cut, and S_left² / W_left + S_right² / W_right, which is largest where the sum of
 * squares about the two means is smallest. `mayCut` tells whether there is a cut after a group. -1: none.
 */
function bestCut(
  groups: number,
  sumOf: (g: number) => number,
  weightOf: (g: number) => number,
  mayCut: (g: number) => boolean,
): { at: number; score: number } {
  let sum = 0;
  let weight = 0;
  for (let g = 0; g < groups; g++) {
    sum += sumOf(g);
    weight += weightOf(g);
  }
  let [at, score, leftSum, leftWeight] = [-1, -Infinity, 0, 0];
  for (let g = 0; g + 1 < groups; g++) {
    leftSum += sumOf(g);
    leftWeight += weightOf(g);
    if (!mayCut(g)) continue;
    const here = leftSum ** 2 / leftWeight + (sum - leftSum) ** 2 / (weight - leftWeight);
    if (here > score) [at, score] = [g, here];
  }
  return { at, score };
}

function cutNumber(axis: number, side: Side, order: Int32Array, { columns, values, counts }: Sample): Candidate | null {
  const column = columns[axis]!;
  const { at, score } = bestCut(
    order.length,
    (g) => counts[order[g]!]! * values[order[g]!]!,
    (g) => counts[order[g]!]!,
    (g) => column[order[g + 1]!]! > column[order[g]!]!,
  );
  if (at < 0) return null;
  const split = (): Split => {
    const [below, above] = [column[order[at]!]!, column[order[at + 1]!]!];
    const middle = (below + above) / 2;
    const cut = middle > below ? middle : above; // between neighbouring doubles there is no middle
    const [low, high] = side[0]!;
    return { axis, isLeft: (place) => place < cut, left: [[low, cut]], right: [[cut, high]] };
  };
  return { score, split };
}

function cutLabels(
  axis: number,
  side: Side,
  ids: Int32Array,
  { columns, values, counts }: Sample,
  count: number,
): Candidate | null {
  const column = columns[axis]!;
  const labelOf = (place: number): number => Math.min(count - 1, Math.floor(place * count));
  const sums = new Float64Array(count);
  const weights = new Float64Array(count);
  for (const i of ids) {
    const k = labelOf(column[i]!);
    sums[k] = sums[k]! + counts[i]! * values[i]!;
    weights[k] = weights[k]! + counts[i]!;
  }
  const present = [...weights.keys()].filter((k) => weights[k]! > 0);
  present.sort((a, b) => sums[a]! / weights[a]! - sums[b]! / weights[b]!);
  const { at, score } = bestCut(
    present.length,
    (g) => sums[present[g]!]!,
    (g) => weights[present[g]!]!,
    () => true,
  );
  if (at < 0) return null;
  const split = (): Split => {
    const left = new Set(present.slice(0, at + 1));
    const weightOf = (list: readonly number[]): number => list.reduce((w, k) => w + weights[k]!, 0);
    if (weightOf(present.slice(0, at + 1)) >= weightOf(present.slice(at + 1))) {
      for (let k = 0; k < count; k++) if (weights[k] === 0) left.add(k);
    }
    const isLeft = (place: number): boolean => left.has(labelOf(place));
    const isLeftCell = ([low, high]: Side[number]): boolean => isLeft((low + high) / 2);
    return { axis, isLeft, left: side.filter(isLeftCell), right: side.filter((cell) => !isLeftCell(cell)) };
  };
  return { score, split };
}
