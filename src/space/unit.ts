/**
 * One parameter seen as a coordinate in [0, 1], and back.
 * Continuous parameters: low ↦ 0 and high ↦ 1 exactly (in log or logit scale where asked). Discrete ones with n values own n cells of width 1/n:
 * a value maps to the middle of its cell and every point of the cell maps to the value. Log ints own cells [log(v − ½), log(v + ½)].
 * So a uniform u gives a uniform value, and a value survives the round trip exactly (continuous: to rounding).
 */
import { stepCount, type Dimension } from './dimension.ts';
import type { Choice, FloatParam, IntParam } from './param.ts';

/** One more rounding keeps 0.3 from becoming 0.30000000000000004. */
function stepValue({ low, high, step }: FloatParam | IntParam, index: number): number {
  const raw = low + index * (step ?? 0);
  if (Number.isInteger(low) && Number.isInteger(step)) return raw;
  const rounded = Number(raw.toPrecision(15));
  const value = Math.abs(rounded - raw) <= (step ?? 0) * 1e-3 ? rounded : raw;
  return Math.abs(value - high) <= (step ?? 0) * 1e-6 ? high : value;
}

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));

/** The value number `index` of a discrete dimension, in the order of its cells. */
export function valueAt(dimension: Dimension, index: number): Choice {
  const { param, labels } = dimension;
  if (labels !== null) return labels[index] ?? null;
  if (param.kind === 'int' && param.log) return param.low + index;
  if (param.kind === 'int' || param.kind === 'float') return stepValue(param, index);
  throw new Error(`internal: valueAt of ${param.kind} without labels`);
}

/** The cell of a value of a discrete dimension; −1 if it is not a value of it. */
export function indexOf(dimension: Dimension, value: Choice): number {
  const { param, labels } = dimension;
  if (labels !== null) return labels.indexOf(value);
  if ((param.kind !== 'int' && param.kind !== 'float') || param.step === null || typeof value !== 'number') return -1;
  const position = (value - param.low) / param.step;
  const index = Math.round(position);
  // 1e-6 of a step: what a float may have lost on its way through text and arithmetic.
  return index >= 0 && index < stepCount(param) && Math.abs(position - index) <= 1e-6 ? index : -1;
}

/** Where `value` lies in [0, 1]. A value outside the dimension is clamped to its ends; an unknown label is an internal error. */
export function toUnit(dimension: Dimension, value: Choice): number {
  const { param, size } = dimension;
  if (param.kind === 'float' && param.step === null) {
    if (typeof value !== 'number')
      throw new Error(`internal: toUnit of ${JSON.stringify(value)} at "${dimension.path}"`);
    const { low, high, log, logit } = param;
    if (value <= low) return 0;
    if (value >= high) return 1;
    if (logit) return (logOdds(value) - logOdds(low)) / (logOdds(high) - logOdds(low));
    if (!log) return (value - low) / (high - low);
    return high / low < Infinity
      ? Math.log(value / low) / Math.log(high / low)
      : (Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low));
  }
  if (param.kind === 'int' && param.log) {
    const [logLow, logHigh] = logCells(param);
    return clamp((Math.log(Number(value)) - logLow) / (logHigh - logLow), 0, 1);
  }
  const clamped =
    dimension.labels === null && typeof value === 'number' && 'low' in param
      ? clamp(value, param.low, param.high)
      : value;
  let index = indexOf(dimension, clamped);
  // A float with a step that does not divide the range: `high` itself lies above the last value.
  if (index < 0 && dimension.labels === null)
    index = clamp(Math.round((Number(clamped) - lowOf(dimension)) / stepOf(dimension)), 0, size - 1);
  if (index < 0) throw new Error(`internal: toUnit of ${JSON.stringify(value)} at "${dimension.path}"`);
  return (index + 0.5) / size;
}

/** The value at `unit` in [0, 1]; points outside are clamped. */
export function fromUnit(dimension: Dimension, unit: number): Choice {
  if (Number.isNaN(unit)) throw new Error(`internal: fromUnit of NaN at "${dimension.path}"`);
  const u = clamp(unit, 0, 1);
  const { param, size } = dimension;
  if (param.kind === 'float' && param.step === null) {
    const { low, high, log, logit } = param;
    if (u === 0) return low;
    if (u === 1) return high;
    if (logit) return clamp(1 / (1 + Math.exp(-(logOdds(low) * (1 - u) + logOdds(high) * u))), low, high);
    if (!log) return clamp(low * (1 - u) + high * u, low, high);
    // A range of 1e-300 to 1e300 has ends whose ratio is no double.
    const value =
      high / low < Infinity
        ? low * Math.exp(u * Math.log(high / low))
        : Math.exp(Math.log(low) * (1 - u) + Math.log(high) * u);
    return clamp(value, low, high);
  }
  if (param.kind === 'int' && param.log) {
    const [logLow, logHigh] = logCells(param);
    return clamp(Math.round(Math.exp(logLow + u * (logHigh - logLow))), param.low, param.high);
  }
  return valueAt(dimension, Math.min(size - 1, Math.floor(u * size)));
}

/** The ends of the cell of a discrete number or ordered choice that `unit` lies in. */
export function cellOf({ param, size }: Dimension, unit: number): readonly [number, number] {
  if (param.kind === 'int' && param.log) {
    const [logLow, logHigh] = logCells(param);
    const value = clamp(Math.round(Math.exp(logLow + unit * (logHigh - logLow))), param.low, param.high);
    const at = (edge: number): number => (Math.log(edge) - logLow) / (logHigh - logLow);
    return [at(value - 0.5), at(value + 0.5)];
  }
  const index = clamp(Math.floor(unit * size), 0, size - 1);
  return [index / size, (index + 1) / size];
}

/** ln(p / (1 - p)); log1p keeps the digits of a p near 1e-300. */
const logOdds = (p: number): number => Math.log(p) - Math.log1p(-p);
const logCells = ({ low, high }: IntParam): readonly [number, number] => [Math.log(low - 0.5), Math.log(high + 0.5)];
const lowOf = ({ param }: Dimension): number => ('low' in param ? param.low : 0);
const stepOf = ({ param }: Dimension): number => ('step' in param ? (param.step ?? 1) : 1);
