/**
 * Where learning curves end: a forecast of the last loss of each trial from what it has shown so far, learned from the trials that got further.
 * Backward induction over a grid of steps t, from the last step T down: the end of a curve, known or already forecast from a later step, is regressed on
 * what the curve shows at t, among the curves that got further than t. So every curve teaches as far as it got, a step that says nothing gets the
 * slope 0 and a wide forecast, and pausing bad trials does not bias the regression: it depends only on what it conditions on.
 *   F(t) = z + κ (1 - t/T) h + w · (1, z - z̄, h - h̄) + ε,   ε ~ N(0, σ²),   h = z(t) - z(t/2)
 *   w, σ² by ridge regression with normal-inverse-gamma priors of PRIOR curves, each curve weighted by its nearness in z (LOWESS: Cleveland 1979, J. Am. Stat.
 *   Assoc. 74): good curves flatten differently from bad ones. A curve a + b/t has κ = 1; the prior takes less, since noise also enters h.
 * Related: Domhan et al. 2015 (IJCAI) extrapolate by parametric families, Swersky et al. 2014 (freeze-thaw, arXiv:1406.3896) by a Gaussian process over steps.
 *   z  losses, pulled in, Yeo–Johnson transformed and standardised by the last losses of all curves      t  step (+ 1 if steps count from 0)
 * Cost: O(curves² + curves · grid · log steps).
 */
import { clipUpper, mean, standardDeviation, yeoJohnson, yeoJohnsonExponent, yeoJohnsonInverse } from '#math';

export interface LearningCurve {
  /** Ascending; at least one. */
  readonly steps: readonly number[];
  /** Finite, one for each step. */
  readonly losses: readonly number[];
  /** What it ended with; null while it may go on. It need not be the last loss: a trainer may go back to its best step. */
  readonly final: number | null;
}

export interface CurveForecast {
  /** Of the final loss, on the scale of z. */
  readonly mean: number;
  /** 0 where it is known. */
  readonly sd: number;
  /** The loss now, on the scale of z. */
  readonly now: number;
}

export interface CurveForecasts {
  /** T: the last step, as given or as far as a curve got. */
  readonly lastStep: number;
  /** In the order of the curves. */
  readonly forecasts: readonly CurveForecast[];
  readonly toLoss: (z: number) => number;
  readonly toZ: (loss: number) => number;
}

/** Two grid steps lie this factor apart. */
const SPACING = 1.25;
const KAPPA = 0.4;
/** The priors weigh as much as so many curves. */
const PRIOR = 5;
/** Prior sd of ε at the first step; it falls with √(1 - t/T) to END_SD. */
const START_SD = 0.5;
const END_SD = 0.02;
/** Sd of the weights, in standard deviations of z at the step. */
const NEAR = 0.7;
/** Weight of curves far away. */
const FAR = 0.02;
/** Diverged losses are pulled to this many spreads above the median. */
const REACH = 10;

/** A curve on the grid: its loss at or before each grid step; NaN before its first. */
interface Row {
  readonly z: Float64Array;
  /** Index of the last grid step it reached; -1 if none. */
  readonly reach: number;
  /** At its last step. */
  readonly now: number;
  readonly progress: number;
  readonly step: number;
}

/** What is known of the end of a curve. */
interface End {
  mean: number;
  variance: number;
}

export function forecastCurves(curves: readonly LearningCurve[], maxStep = 0): CurveForecasts {
  const scale = lossScale(curves.map(({ losses, final }) => final ?? losses.at(-1)!));
  const shift = curves.some(({ steps }) => steps[0] === 0) ? 1 : 0;
  let first = Infinity;
  let last = maxStep + shift;
  for (const { steps } of curves) {
    first = Math.min(first, steps[0]! + shift);
    last = Math.max(last, steps.at(-1)! + shift);
  }
  const grid: number[] = [];
  for (let t = first; t < last; t = Math.max(t + 1, Math.round(t * SPACING))) grid.push(t);
  grid.push(last);
  const halves = grid.map((t) => grid.findLastIndex((g) => g <= t / 2));

  const rows = curves.map((curve) => onGrid(curve, grid, shift, scale.toZ));
  const ends = rows.map(({ now, reach }, i): End | null => {
    const { final } = curves[i]!;
    if (final !== null) return { mean: scale.toZ(final), variance: 0 };
    return reach === grid.length - 1 ? { mean: now, variance: 0 } : null;
  });
  for (let c = grid.length - 2; c >= 0; c--) {
    const stopped = [...rows.keys()].filter((i) => ends[i] === null && rows[i]!.reach === c);
    if (stopped.length === 0) continue;
    const examples: Example[] = [];
    for (const [i, row] of rows.entries()) {
      const z = row.z[c]!;
      const end = ends[i];
      if (end === null || end === undefined || row.reach < c || Number.isNaN(z)) continue;
      const half = halves[c]! < 0 ? NaN : row.z[halves[c]!]!;
      const h = Number.isNaN(half) ? 0 : z - half;
      examples.push({ z, h, gain: end.mean - z - KAPPA * (1 - grid[c]! / last) * h, variance: end.variance });
    }
    const spread = examples.length > 1 ? standardDeviation(examples.map(({ z }) => z)) : 1;
    for (const i of stopped) ends[i] = regress(examples, rows[i]!, 1 - rows[i]!.step / last, spread);
  }
  return {
    lastStep: last - shift,
    forecasts: rows.map(({ now }, i) => ({ mean: ends[i]!.mean, sd: Math.sqrt(ends[i]!.variance), now })),
    ...scale,
  };
}

/** z of a loss and back, from the last losses of all curves. */
function lossScale(lasts: readonly number[]): { toZ: (loss: number) => number; toLoss: (z: number) => number } {
  const clipped = clipUpper(lasts, REACH);
  const limit = clipped.reduce((a, b) => Math.max(a, b));
  const low = clipped.reduce((a, b) => Math.min(a, b));
  // Halved first: the range of numbers up to 1e308 would overflow.
  const centre = low / 2 + limit / 2;
  const unit = limit / 2 - low / 2 || Math.abs(centre) || 1;
  const scaled = clipped.map((v) => (v - centre) / unit);
  const m0 = mean(scaled);
  const s0 = standardDeviation(scaled) || 1;
  const lambda = yeoJohnsonExponent(scaled.map((v) => (v - m0) / s0));
  const transformed = scaled.map((v) => yeoJohnson((v - m0) / s0, lambda));
  const m1 = mean(transformed);
  const s1 = standardDeviation(transformed) || 1;
  return {
    toZ: (loss) => (yeoJohnson(((Math.min(loss, limit) - centre) / unit - m0) / s0, lambda) - m1) / s1,
    toLoss: (z) => (yeoJohnsonInverse(z * s1 + m1, lambda) * s0 + m0) * unit + centre,
  };
}

function onGrid(
  { steps, losses }: LearningCurve,
  grid: readonly number[],
  shift: number,
  toZ: (loss: number) => number,
): Row {
  const z = new Float64Array(grid.length).fill(NaN);
  const step = steps.at(-1)! + shift;
  let reach = -1;
  for (const [c, t] of grid.entries()) {
    if (t > step) break;
    const k = lastAtOrBefore(steps, t - shift);
    if (k >= 0) z[c] = toZ(losses[k]!);
    reach = c;
  }
  const half = lastAtOrBefore(steps, step / 2 - shift);
  const now = toZ(losses.at(-1)!);
  return { z, reach, now, progress: half < 0 ? 0 : now - toZ(losses[half]!), step };
}

/** Index of the last step <= `step`; -1 if there is none. */
function lastAtOrBefore(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps[middle]! <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** A curve that got further: what it showed at the step, and what is left to explain of its end. */
interface Example {
  readonly z: number;
  readonly h: number;
  readonly gain: number;
  readonly variance: number;
}

/** The end of a curve that shows z = `now` and h = `progress`; `left` = 1 - t/T. */
function regress(examples: readonly Example[], { now, progress }: Row, left: number, spread: number): End {
  const weights = examples.map(({ z }) => Math.exp(-0.5 * ((z - now) / (NEAR * spread + 1e-9)) ** 2) + FAR);
  const total = weights.reduce((a, b) => a + b, 0);
  const average = (of: (e: Example) => number): number =>
    total > 0 ? examples.reduce((sum, e, k) => sum + weights[k]! * of(e), 0) / total : 0;
  const z0 = total > 0 ? average(({ z }) => z) : now;
  const h0 = total > 0 ? average(({ h }) => h) : progress;

  // (A + prior) w = b, with the columns 1, z - z̄, h - h̄
  let [zz, zh, hh, b0, b1, b2] = [0, 0, 0, 0, 0, 0];
  for (const [k, { z, h, gain }] of examples.entries()) {
    const weight = weights[k]!;
    zz += weight * (z - z0) * (z - z0);
    zh += weight * (z - z0) * (h - h0);
    hh += weight * (h - h0) * (h - h0);
    b0 += weight * gain;
    b1 += weight * gain * (z - z0);
    b2 += weight * gain * (h - h0);
  }
  const scaleOf = (sum: number): number => (total > 0 ? sum / total : 1) + 0.01;
  // The columns are centred by the same weights, so the intercept is apart from the slopes.
  const a00 = total + 0.5;
  const a11 = zz + PRIOR * scaleOf(zz);
  const a22 = hh + PRIOR * scaleOf(hh);
  const determinant = a11 * a22 - zh * zh;
  const w0 = b0 / a00;
  const w1 = (b1 * a22 - b2 * zh) / determinant;
  const w2 = (b2 * a11 - b1 * zh) / determinant;

  let residual = 0;
  for (const [k, { z, h, gain, variance }] of examples.entries()) {
    residual += weights[k]! * ((gain - w0 - w1 * (z - z0) - w2 * (h - h0)) ** 2 + variance);
  }
  const priorSd = START_SD * Math.sqrt(Math.max(0, left)) + END_SD;
  const noise = (PRIOR * priorSd * priorSd + residual) / (PRIOR + total);
  const dz = now - z0;
  const dh = progress - h0;
  const leverage = 1 / a00 + (dz * dz * a22 - 2 * dz * dh * zh + dh * dh * a11) / determinant;
  return {
    mean: now + KAPPA * left * progress + w0 + w1 * dz + w2 * dh,
    variance: noise * (1 + leverage),
  };
}
