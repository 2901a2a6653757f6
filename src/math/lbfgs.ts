/**
 * Minimises a smooth function inside a box: limited-memory BFGS with projected steps.
 * Two-loop recursion: Nocedal & Wright 2006, Numerical Optimization, algorithm 7.4; the box by gradient projection with a fixed active set within each
 * step (Bertsekas 1982, SIAM J. Control Optim. 20). Backtracking line search with the Armijo condition (c₁ = 1e-4); pairs with sᵀy <= 0 are left out.
 * A start or step where the function is not finite is treated as +Infinity.
 *   x  [d]   g  [d] gradient   sₖ = xₖ₊₁ - xₖ   yₖ = gₖ₊₁ - gₖ
 */

export interface LbfgsOptions {
  readonly lower?: ArrayLike<number>;
  readonly upper?: ArrayLike<number>;
  readonly maxIterations?: number;
  readonly memory?: number;
  /** Stops when an iteration lowers f by less than this (absolute). */
  readonly tolerance?: number;
  /** Longest coordinate of the first step, when nothing is known of the curvature. */
  readonly firstStep?: number;
}

export interface LbfgsResult {
  readonly x: Float64Array;
  readonly value: number;
  readonly iterations: number;
  readonly evaluations: number;
}

const ARMIJO = 1e-4;
const MAX_BACKTRACKS = 12;

const inner = (a: Float64Array, b: Float64Array): number => a.reduce((sum, v, i) => sum + v * b[i]!, 0);

/** `objective(x, gradient)` fills gradient and returns the value. */
export function lbfgs(
  objective: (x: Float64Array, gradient: Float64Array) => number,
  start: ArrayLike<number>,
  { lower, upper, maxIterations = 100, memory = 8, tolerance = 1e-9, firstStep = 1 }: LbfgsOptions = {},
): LbfgsResult {
  const d = start.length;
  const clamp = (v: number, i: number): number =>
    Math.min(upper ? upper[i]! : Infinity, Math.max(lower ? lower[i]! : -Infinity, v));
  const atBound = (x: Float64Array, g: Float64Array, i: number): boolean =>
    (lower !== undefined && x[i]! <= lower[i]! && g[i]! > 0) ||
    (upper !== undefined && x[i]! >= upper[i]! && g[i]! < 0);

  let x = Float64Array.from(start, clamp);
  let g = new Float64Array(d);
  let value = objective(x, g);
  let evaluations = 1;
  let pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let iterations = 0;

  while (iterations < maxIterations && Number.isFinite(value)) {
    // Coordinates held at their bound take no part in this step.
    const free = g.map((v, i) => (atBound(x, g, i) ? 0 : v));
    const q = Float64Array.from(free);
    const alphas: number[] = [];
    for (const { s, y, rho } of [...pairs].reverse()) {
      const alpha = rho * inner(s, q);
      alphas.push(alpha);
      for (let i = 0; i < d; i++) q[i] = q[i]! - alpha * y[i]!;
    }
    const newest = pairs.at(-1);
    const gamma = newest ? 1 / (newest.rho * inner(newest.y, newest.y)) : 1; // H₀ = γI, equation 7.20
    for (let i = 0; i < d; i++) q[i] = q[i]! * gamma;
    for (const { s, y, rho } of pairs) {
      const beta = rho * inner(y, q);
      const alpha = alphas.pop()!;
      for (let i = 0; i < d; i++) q[i] = q[i]! + (alpha - beta) * s[i]!;
    }
    const direction = q.map((v, i) => (free[i] === 0 ? 0 : -v));
    const slope = inner(direction, free);
    if (!(slope < 0)) {
      if (pairs.length === 0) break;
      pairs = []; // not a descent direction after projection: start again from the gradient
      continue;
    }

    const longest = direction.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    let step = pairs.length === 0 ? Math.min(1, firstStep / longest) : 1;
    const nextG = new Float64Array(d);
    let next = x;
    let nextValue = Infinity;
    let accepted = false;
    for (let tries = 0; tries < MAX_BACKTRACKS && !accepted; tries++, step *= 0.4) {
      next = x.map((v, i) => clamp(v + step * direction[i]!, i));
      nextValue = objective(next, nextG);
      evaluations++;
      const decrease = next.reduce((sum, v, i) => sum + free[i]! * (v - x[i]!), 0);
      accepted = nextValue <= value + ARMIJO * decrease && Number.isFinite(nextValue);
    }
    if (!accepted) {
      if (pairs.length === 0) break;
      pairs = [];
      continue;
    }

    const s = next.map((v, i) => v - x[i]!);
    const y = nextG.map((v, i) => v - g[i]!);
    const curvature = inner(s, y);
    if (curvature > 1e-12 * inner(y, y)) pairs = [...pairs, { s, y, rho: 1 / curvature }].slice(-memory);
    const gain = value - nextValue;
    x = next;
    g = nextG;
    value = nextValue;
    iterations++;
    if (gain < tolerance) break;
  }
  return { x, value, iterations, evaluations };
}
