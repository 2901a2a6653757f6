/**
 * Dimensions that may hold a symbol: `32`, `'B'` (the batch), `'64*B'`, `'2*B*T'`.
 * A symbolic dimension is one product, a whole number times symbols in alphabetical order, so that equal dimensions are equal strings.
 */
import { TuneError } from '#math';

export type Dim = number | string;
export type Shape = readonly Dim[];

interface Product {
  readonly factor: number;
  readonly symbols: readonly string[];
}

function parse(dim: Dim): Product {
  if (typeof dim === 'number') return { factor: dim, symbols: [] };
  const parts = dim.split('*');
  const numbers = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  const symbols = parts.filter((part) => !/^\d+$/.test(part)).sort();
  return { factor: numbers.reduce((a, b) => a * b, 1), symbols };
}

function format({ factor, symbols }: Product): Dim {
  if (symbols.length === 0 || factor === 0) return factor;
  return (factor === 1 ? symbols : [String(factor), ...symbols]).join('*');
}

/** Product of dimensions: `sizeOf(['B', 3, 4])` is `'12*B'`; of no dimensions 1. */
export function sizeOf(shape: Shape): Dim {
  const parsed = shape.map(parse);
  return format({
    factor: parsed.reduce((total, { factor }) => total * factor, 1),
    symbols: parsed.flatMap(({ symbols }) => symbols).sort(),
  });
}

/** `total / part` where it is exact, else null: `divideDim('12*B', 'B')` is 12. */
export function divideDim(total: Dim, part: Dim): Dim | null {
  const a = parse(total);
  const b = parse(part);
  if (b.factor === 0 || a.factor % b.factor !== 0) return null;
  const symbols = [...a.symbols];
  for (const symbol of b.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  return format({ factor: a.factor / b.factor, symbols });
}

/** The number behind a dimension once its symbols have values. */
export function resolveDim(dim: Dim, values: Readonly<Record<string, number>>): number {
  const { factor, symbols } = parse(dim);
  return symbols.reduce((total, symbol) => {
    const value = values[symbol];
    if (value === undefined) throw new Error(`internal: no value for the dimension ${symbol}`);
    return total * value;
  }, factor);
}

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((dim, i) => dim === b[i]);

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** NumPy broadcasting: trailing dimensions are aligned and 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1;
    const right = b[b.length - rank + i] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new TuneError('shapeMismatch', `shapes ${showShape(a)} and ${showShape(b)} do not broadcast together.`, {
      a,
      b,
    });
  });
}

/** A dimension that must be a number here, like the height of an image. */
export function numberDim(dim: Dim | undefined, what: string): number {
  if (typeof dim === 'number') return dim;
  throw new TuneError('shapeMismatch', `${what} must be a fixed number; got ${dim ?? 'no such dimension'}.`, { dim });
}

/** Turns axes that may count from the end into sorted axes from the start. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] {
  const positive = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of positive) {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw new TuneError('shapeMismatch', `axis ${axis} is outside a tensor of rank ${rank}.`, { axes, rank });
    }
  }
  return positive.sort((a, b) => a - b);
}
