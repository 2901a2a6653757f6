/** Tensors of the naive evaluation, and how its kernels read them and their attributes. Integers and booleans are held as numbers too. */
import type { Attributes } from '#graph';

export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Kernel = (inputs: readonly (Value | null)[], attributes: Attributes, arity: number) => Value[];

export const sizeOfShape = (shape: readonly number[]): number => shape.reduce((total, dim) => total * dim, 1);

export const build = (shape: readonly number[], at: (index: number[], flat: number) => number): Value => ({
  shape,
  data: Float64Array.from({ length: sizeOfShape(shape) }, (_, flat) => at(unravel(flat, shape), flat)),
});

export function unravel(flat: number, shape: readonly number[]): number[] {
  const index = shape.map(() => 0);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis] ?? 1;
    index[axis] = flat % dim;
    flat = Math.floor(flat / dim);
  }
  return index;
}

export const ravel = (index: readonly number[], shape: readonly number[]): number =>
  shape.reduce((flat, dim, axis) => flat * dim + (index[axis] ?? 0), 0);

export const read = ({ shape, data }: Value, index: readonly number[]): number => data[ravel(index, shape)] ?? NaN;

/** Reads with broadcasting: missing leading axes and axes of size 1 repeat. */
export const readBroadcast = (x: Value, index: readonly number[]): number => {
  const lead = index.length - x.shape.length;
  return read(
    x,
    x.shape.map((dim, axis) => (dim === 1 ? 0 : (index[axis + lead] ?? 0))),
  );
};

export function broadcast(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(...shapes.map((shape) => shape[shape.length - rank + axis] ?? 1)),
  );
}

export function required(inputs: readonly (Value | null)[], i: number): Value {
  const x = inputs[i];
  if (x === null || x === undefined) throw new Error(`internal: input ${i} is missing`);
  return x;
}

export const list = (x: Value | null | undefined): number[] => (x === null || x === undefined ? [] : [...x.data]);

export function integer(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name] ?? otherwise;
  if (typeof value !== 'number') throw new Error(`internal: attribute ${name} is not an integer`);
  return value;
}

export function integers(attributes: Attributes, name: string, otherwise: readonly number[]): readonly number[] {
  const value = attributes[name] ?? otherwise;
  if (typeof value !== 'object' || 'float' in value) throw new Error(`internal: attribute ${name} is no list`);
  return value;
}

export function real(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name] ?? { float: otherwise };
  if (typeof value !== 'object' || !('float' in value)) throw new Error(`internal: attribute ${name} is not real`);
  return value.float;
}
