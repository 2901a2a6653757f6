/**
 * Objectives with a known least value, on spaces of each kind. Cost: O(parameters) per value.
 *   branin      Dixon & Szegő 1978; three equal minima               rosenbrock  Rosenbrock 1960; a bent valley
 *   hartmann6   Dixon & Szegő 1978; six local minima, one is best    ackley      Ackley 1987; hundreds of local minima
 *   bowl        a sphere off the centre                              training    ours: log rate, whole number, choice and branch, as in a small training
 */
import type { Params } from '#core';
import { branch, choice, float, int, space, type Fields, type Infer, type Space } from '#space';

/** A function to be minimised. */
export interface Problem<P = Params> {
  readonly name: string;
  readonly space: Space;
  readonly loss: (params: P) => number;
  /** One point with the least loss there is, and this loss. */
  readonly optimum: { readonly params: P; readonly loss: number };
}

/** Typed by its space while it is written; then any parameters are read by that space. */
function problem<const F extends Fields>(
  name: string,
  s: Space<F>,
  loss: (params: Infer<Space<F>>) => number,
  optimum: { readonly params: Infer<Space<F>>; readonly loss: number },
): Problem {
  const params = s.parse(optimum.params) as Params; // the same object, seen as any parameters
  return { name, space: s, loss: (given) => loss(s.parse(given)), optimum: { params, loss: optimum.loss } };
}

const box = (n: number, low: number, high: number): Space<Record<string, ReturnType<typeof float>>> =>
  space(Object.fromEntries(Array.from({ length: n }, (_, i) => [`x${i}`, float(low, high)])));
const numbers = (params: Readonly<Record<string, number>>): number[] => Object.values(params);
const point = (coordinates: readonly number[]): Record<string, number> =>
  Object.fromEntries(coordinates.map((x, i) => [`x${i}`, x]));

const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381],
];
const HARTMANN_ALPHA = [1, 1.2, 3, 3.2];

export const problems = {
  bowl: problem('bowl', box(8, -5, 5), (p) => numbers(p).reduce((sum, x, i) => sum + (x - i / 4) ** 2, 0), {
    params: point(Array.from({ length: 8 }, (_, i) => i / 4)),
    loss: 0,
  }),
  branin: problem(
    'branin',
    space({ x: float(-5, 10), y: float(0, 15) }),
    ({ x, y }) =>
      (y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
      10,
    { params: { x: Math.PI, y: 2.275 }, loss: 10 / (8 * Math.PI) }, // the square vanishes and cos x = -1
  ),
  hartmann6: problem(
    'hartmann6',
    box(6, 0, 1),
    (p) => {
      const x = numbers(p);
      return -HARTMANN_ALPHA.reduce((sum, alpha, i) => {
        const inner = x.reduce((s, v, j) => s + HARTMANN_A[i]![j]! * (v - HARTMANN_P[i]![j]! * 1e-4) ** 2, 0);
        return sum + alpha * Math.exp(-inner);
      }, 0);
    },
    {
      // scripts/golden/problems.py, scipy 1.10.1
      params: point([0.20168951185, 0.15001069291, 0.47687397538, 0.27533242908, 0.31165161795, 0.65730053314]),
      loss: -3.322368011415515,
    },
  ),
  rosenbrock: problem(
    'rosenbrock',
    box(4, -2, 2),
    (p) => {
      const x = numbers(p);
      return x.slice(1).reduce((sum, v, i) => sum + 100 * (v - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
    },
    { params: point([1, 1, 1, 1]), loss: 0 },
  ),
  ackley: problem(
    'ackley',
    box(5, -30, 30),
    (p) => {
      const x = numbers(p);
      const square = x.reduce((sum, v) => sum + v * v, 0) / x.length;
      const cosine = x.reduce((sum, v) => sum + Math.cos(2 * Math.PI * v), 0) / x.length;
      return 20 - 20 * Math.exp(-0.2 * Math.sqrt(square)) + Math.E - Math.exp(cosine);
    },
    { params: point([0, 0, 0, 0, 0]), loss: 0 },
  ),
  training: problem(
    'training',
    space({
      rate: float(1e-5, 1, { log: true }),
      layers: int(1, 8),
      activation: choice(['relu', 'gelu', 'tanh']),
      optimizer: branch({ sgd: { momentum: float(0, 0.99) }, adam: { beta2: float(0.9, 0.9999) }, none: {} }),
    }),
    ({ rate, layers, activation, optimizer: o }) => {
      const shared = Math.log10(rate / 1e-3) ** 2 / 4 + (layers - 5) ** 2 / 16 + (activation === 'gelu' ? 0 : 0.1);
      if (o.kind === 'none') return shared + 0.5;
      return shared + (o.kind === 'sgd' ? 0.2 + (o.momentum - 0.9) ** 2 : 400 * (o.beta2 - 0.98) ** 2);
    },
    {
      params: { rate: 1e-3, layers: 5, activation: 'gelu', optimizer: { kind: 'adam', beta2: 0.98 } },
      loss: 0,
    },
  ),
} satisfies Readonly<Record<string, Problem>>;
