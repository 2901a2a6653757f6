/**
 * Checks the gradients of an op, or of any graph, in two steps that share no formula:
 *   1. the directional derivative of L = Σ r ⊙ y (r random) along a random direction, by central differences of the naive
 *      float64 evaluator, against the gradient graph in the same evaluator; the difference quotient is good to about 1e-9;
 *   2. outputs and gradients by ONNX Runtime in float32 against the evaluator's, number by number.
 */
import { compile, Variables } from '#engine';
import { gradients, input, mul, resolveDim, sum } from '#graph';
import type { Shape, Tensor } from '#graph';
import { createRng } from '#math';
import type { Rng } from '#math';
import { evaluate } from './evaluate.ts';
import { sizeOfShape, type Value } from './value.ts';

export interface Argument {
  readonly shape: Shape;
  /** Standard normal unless given. */
  readonly draw?: (rng: Rng) => number;
}

export interface GradientCheck {
  readonly arguments: readonly Argument[];
  readonly build: (...xs: Tensor[]) => Tensor;
  /** What 'B' stands for; each is checked. 3 and 1 by default. */
  readonly batches?: readonly number[];
  readonly seed?: number;
}

export interface GradientReport {
  /** Relative error of the directional derivatives, the worst of several directions. */
  readonly differences: number;
  /** Error of ONNX Runtime's outputs and gradients, relative to the largest number of each array. */
  readonly runtime: number;
}

const DIRECTIONS = 3;
const STEP = 1e-5;

export async function checkGradient(check: GradientCheck): Promise<GradientReport> {
  const rng = createRng(check.seed ?? 1);
  const xs = check.arguments.map(({ shape }, i) => input(`x${i}`, shape));
  const y = check.build(...xs);
  const r = input('r', y.shape);
  const loss = sum(mul(y, r));
  const dxs = gradients(loss, xs);
  const outputs = { y, loss, ...Object.fromEntries(dxs.map((dx, i) => [`d${i}`, dx])) };
  const program = await compile({ outputs }, { variables: new Variables() });

  let differences = 0;
  let runtime = 0;
  for (const batch of check.batches ?? [3, 1]) {
    const draw = (shape: Shape, sample: (rng: Rng) => number): Value => {
      const dims = shape.map((dim) => resolveDim(dim, { B: batch }));
      // Rounded to float32, so that both evaluators see the same numbers.
      return { shape: dims, data: Float64Array.from({ length: sizeOfShape(dims) }, () => Math.fround(sample(rng))) };
    };
    const normal = (from: Rng): number => from.normal();
    const points = check.arguments.map(({ shape, draw: sample = normal }) => draw(shape, sample));
    const feeds = { ...Object.fromEntries(points.map((point, i) => [`x${i}`, point])), r: draw(y.shape, normal) };
    const exact = evaluate([y, ...dxs], feeds);

    for (let n = 0; n < DIRECTIONS; n++) {
      const directions = points.map(({ shape }) => draw(shape, normal));
      const lossAt = (t: number): number => {
        const moved = points.map(({ shape, data }, i) => ({
          shape,
          data: data.map((x, k) => x + t * (directions[i]?.data[k] ?? 0)),
        }));
        const at = { ...feeds, ...Object.fromEntries(moved.map((point, i) => [`x${i}`, point])) };
        return evaluate([loss], at)[0]?.data[0] ?? NaN;
      };
      const measured = (lossAt(STEP) - lossAt(-STEP)) / (2 * STEP);
      const terms = directions.flatMap(({ data }, i) => Array.from(data, (d, k) => d * (exact[i + 1]?.data[k] ?? NaN)));
      const promised = terms.reduce((a, b) => a + b, 0);
      // Relative to what is added up: the terms may cancel.
      const scale = Math.max(norm(terms), 1e-3);
      differences = worse(differences, Math.abs(measured - promised) / scale);
    }

    const floats = Object.fromEntries(
      Object.entries(feeds).map(([name, { data, shape }]) => [name, { data: Float32Array.from(data), shape }]),
    );
    const results = await program.run(Object.fromEntries(program.inputs.map(({ name }) => [name, floats[name] ?? 0])));
    for (const [i, { data }] of exact.entries()) {
      const got = i === 0 ? results['y'] : results[`d${i - 1}`];
      const numbers = typeof got === 'number' ? [got] : (got ?? []);
      const scale = Math.max(...data.map(Math.abs), 1e-6);
      data.forEach((x, k) => (runtime = worse(runtime, Math.abs(x - (numbers[k] ?? NaN)) / scale)));
    }
  }
  await program.release();
  return { differences, runtime };
}

const norm = (xs: readonly number[]): number => Math.sqrt(xs.reduce((total, x) => total + x * x, 0));

/** The larger error, where NaN is the largest. */
const worse = (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b));
