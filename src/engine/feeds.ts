/**
 * Checks what is fed to a graph and finds the value of its symbolic dimensions: an input [B, 3, 32, 32] that gets
 * 98,304 numbers has B = 32, and every other input must agree.
 */
import type { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { divideDim, resolveDim, showShape, sizeOf } from '#graph';
import type { DType, Dim, Leaf } from '#graph';
import { TuneError } from '#math';
import type { Runtime } from './runtime.ts';

type TypedArray = Float32Array | Int32Array | BigInt64Array | Uint8Array;

/** A number for a scalar; an array alone where its length tells the symbolic dimension; else with its shape. */
export type Feed = number | TypedArray | { readonly data: TypedArray; readonly shape: readonly number[] };

/** One tensor for each input, and what the symbols stand for. The arrays are read during the run, not copied. */
export function bindFeeds(
  runtime: Runtime,
  inputs: readonly Leaf[],
  feeds: Readonly<Record<string, Feed>>,
): { tensors: Record<string, RuntimeTensor>; symbols: Readonly<Record<string, number>> } {
  const known = new Set(inputs.map(({ name }) => name));
  for (const name of Object.keys(feeds)) {
    if (!known.has(name)) {
      throw new TuneError(
        'feedInvalid',
        `the graph has no input "${name}"; its inputs are: ${[...known].join(', ')}.`,
        {
          name,
        },
      );
    }
  }
  const symbols: Record<string, number> = {};
  const tensors: Record<string, RuntimeTensor> = {};
  for (const leaf of inputs) {
    const feed = feeds[leaf.name];
    if (feed === undefined) {
      throw new TuneError('feedInvalid', `nothing is fed to the input "${leaf.name}".`, { name: leaf.name });
    }
    const { data, shape } = typeof feed === 'object' && 'data' in feed ? feed : { data: feed, shape: undefined };
    const values = toArray(leaf, data);
    solveSymbols(leaf, values.length, shape, symbols);
    tensors[leaf.name] = wrap(
      runtime,
      leaf.dtype,
      values,
      leaf.shape.map((dim) => resolveDim(dim, symbols)),
    );
  }
  return { tensors, symbols };
}

/** The array in the type that ONNX Runtime wants for the input. */
function toArray({ name, dtype }: Leaf, data: number | TypedArray): TypedArray {
  if (typeof data === 'number') {
    switch (dtype) {
      case 'float32':
        return Float32Array.of(data);
      case 'int32':
        return Int32Array.of(data);
      case 'int64':
        return BigInt64Array.of(BigInt(data));
      case 'bool':
      case 'uint8':
        return Uint8Array.of(data);
    }
  }
  if (dtype === 'int64' && data instanceof Int32Array) return BigInt64Array.from(data, BigInt);
  const fits = {
    float32: data instanceof Float32Array,
    int32: data instanceof Int32Array,
    int64: data instanceof BigInt64Array,
    uint8: data instanceof Uint8Array,
    bool: data instanceof Uint8Array,
  };
  if (!fits[dtype]) {
    throw new TuneError('feedInvalid', `input "${name}" is ${dtype}; got a ${data.constructor.name}.`, { name, dtype });
  }
  return data;
}

/** Adds to `symbols` what this input tells, and checks it against what is known already. */
function solveSymbols(
  { name, shape }: Leaf,
  length: number,
  given: readonly number[] | undefined,
  symbols: Record<string, number>,
): void {
  const wrong = (got: string): TuneError =>
    new TuneError('feedInvalid', `input "${name}" has shape ${showShape(shape)}; got ${got}.`, { name, shape, length });

  if (given !== undefined) {
    if (given.length !== shape.length || sizeOf(given) !== length)
      throw wrong(`${length} numbers as ${showShape(given)}`);
    for (const [i, dim] of shape.entries()) if (isSymbol(dim)) symbols[dim] ??= given[i] ?? 0;
  } else {
    const open = [...new Set(shape.filter((dim) => isSymbol(dim) && symbols[dim] === undefined))];
    if (open.length > 1)
      throw wrong(`${length} numbers, which do not tell ${open.join(' and ')}: feed { data, shape }`);
    const [symbol] = open;
    if (symbol !== undefined) {
      const rest = shape.map((dim) => (dim === symbol ? 1 : resolveDim(dim, symbols)));
      const size = divideDim(length, sizeOf(rest));
      if (typeof size !== 'number' || size === 0) throw wrong(`${length} numbers`);
      symbols[symbol] = size;
    }
  }
  const expected = shape.map((dim) => resolveDim(dim, symbols));
  if (sizeOf(expected) !== length || (given !== undefined && given.some((dim, i) => dim !== expected[i]))) {
    const where = Object.entries(symbols).map(([symbol, value]) => `${symbol} = ${value}`);
    throw wrong(`${length} numbers${where.length > 0 ? ` where ${where.join(', ')} by the other inputs` : ''}`);
  }
}

const isSymbol = (dim: Dim): dim is string => typeof dim === 'string';

/** A tensor over the array, without copying. */
export function wrap(runtime: Runtime, dtype: DType, data: TypedArray, dims: readonly number[]): RuntimeTensor {
  const { Tensor } = runtime;
  if (data instanceof Float32Array) return new Tensor('float32', data, dims);
  if (data instanceof Int32Array) return new Tensor('int32', data, dims);
  if (data instanceof BigInt64Array) return new Tensor('int64', data, dims);
  return dtype === 'bool' ? new Tensor('bool', data, dims) : new Tensor('uint8', data, dims);
}
