/**
 * Symbolic tensors: immutable values that say how a number will be computed. Nothing runs here.
 *
 * An op is a function from tensors to a tensor. It adds nodes of the ONNX operator set (`node`) and, if it is differentiable,
 * the vector-Jacobian product beside them (`differentiable`). `gradients` and `toOnnx` walk backwards from what they are asked for,
 * so nodes nobody needs (the input gradient of a first layer) cost nothing.
 */
import { TuneError } from '#math';
import { sizeOf, showShape } from './dim.ts';
import type { Shape } from './dim.ts';

export type DType = 'float32' | 'int64' | 'int32' | 'bool' | 'uint8';

/** A number is an integer attribute; `{ float }` a real one. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** One operator. An input that is left out is null. */
export interface Node {
  /** Its name in ONNX's default domain, or `domain:Name`. */
  readonly op: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: Attributes;
  /** Number of outputs. */
  readonly arity: number;
  /** Of a Scan: what is done at every step. */
  readonly body?: Body;
  /** Where it was built, like `conv1/gradient`; names the node in errors and profiles. */
  readonly scope: string;
}

/** A graph inside a node. Its inputs stand for what the node hands it; `captures` stand for tensors of the graph around it. */
export interface Body {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly captures: readonly { readonly inner: Tensor; readonly outer: Tensor }[];
}

export type Source =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'parameter'; readonly name: string }
  /** Row-major values, kept in double precision until they are written. */
  | { readonly kind: 'constant'; readonly values: ArrayLike<number> }
  | { readonly kind: 'node'; readonly node: Node; readonly index: number };

/** What gradients may be made of. */
export interface GradientOptions {
  /** Loops over the samples of a batch, which keep a processor's cache warm; a GPU is faster with all samples at once. */
  readonly sampleLoops: boolean;
}

/** How gradients pass from the outputs of an op to its inputs. */
export interface Derivative {
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly scope: string;
  /** Output gradients (null: nothing depends on that output) to input gradients (null: not differentiable there). */
  readonly vjp: (dys: readonly (Tensor | null)[], options: GradientOptions) => readonly (Tensor | null)[];
}

export interface Tensor {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly source: Source;
  readonly name?: string;
  readonly derivative?: Derivative;
}

/** What elementwise ops accept: a plain number stands for a constant of the other operand's type. */
export type Operand = Tensor | number;

let lastId = 0;
let currentScope = '';

const tensor = (shape: Shape, dtype: DType, source: Source): Tensor => ({ id: ++lastId, shape, dtype, source });

/** Builds under a name: nodes made by `build` are called `name/…`. */
export function scope<T>(name: string, build: () => T): T {
  const outer = currentScope;
  currentScope = outer === '' ? name : `${outer}/${name}`;
  try {
    return build();
  } finally {
    currentScope = outer;
  }
}

/** Builds under a whole scope path, wherever the caller stands. */
export function atScope<T>(path: string, build: () => T): T {
  const outer = currentScope;
  currentScope = path;
  try {
    return build();
  } finally {
    currentScope = outer;
  }
}

/** A value fed at every run. Two inputs of one name are the same input. */
export const input = (name: string, shape: Shape, dtype: DType = 'float32'): Tensor =>
  tensor(shape, dtype, { kind: 'input', name });

/** A float32 variable that lives between runs: a weight, a running statistic, a moment of an optimizer. */
export const parameter = (name: string, shape: readonly number[]): Tensor =>
  tensor(shape, 'float32', { kind: 'parameter', name });

/** A constant; numbers only give shape [n], a single number a scalar. */
export function constant(
  values: number | ArrayLike<number>,
  shape: readonly number[] = typeof values === 'number' ? [] : [values.length],
  dtype: DType = 'float32',
): Tensor {
  const list = typeof values === 'number' ? [values] : values;
  if (list.length !== sizeOf(shape)) {
    throw new TuneError('shapeMismatch', `constant: ${list.length} values do not fill the shape ${showShape(shape)}.`);
  }
  return tensor(shape, dtype, { kind: 'constant', values: list });
}

/** Integers for the index-like inputs of ONNX operators (axes, shapes, pads). */
export const int64 = (...values: readonly number[]): Tensor => constant(values, [values.length], 'int64');

const asTensor = (x: Operand, dtype: DType = 'float32'): Tensor => (typeof x === 'number' ? constant(x, [], dtype) : x);

/** Both operands as tensors, a number taking the other's type. */
export function asPair(a: Operand, b: Operand): [Tensor, Tensor] {
  const dtype = typeof a !== 'number' ? a.dtype : typeof b !== 'number' ? b.dtype : 'float32';
  return [asTensor(a, dtype), asTensor(b, dtype)];
}

export interface NodeOptions {
  readonly attributes?: Attributes;
  readonly shape?: Shape;
  readonly dtype?: DType;
}

/** One ONNX node with one output; shape and type are those of the first input unless given. */
export function node(op: string, inputs: readonly (Tensor | null)[], options: NodeOptions = {}): Tensor {
  const first = inputs[0];
  const shape = options.shape ?? first?.shape ?? [];
  const dtype = options.dtype ?? first?.dtype ?? 'float32';
  const [y] = nodeOutputs(op, inputs, options.attributes ?? {}, [{ shape, dtype }]);
  if (y === undefined) throw new Error('internal: a node without output');
  return y;
}

/** One ONNX node with several outputs; `body` is the graph inside a Scan. */
export function nodeOutputs(
  op: string,
  inputs: readonly (Tensor | null)[],
  attributes: Attributes,
  outputs: readonly { readonly shape: Shape; readonly dtype?: DType }[],
  body?: Body,
): Tensor[] {
  const made: Node = { op, inputs, attributes, arity: outputs.length, scope: currentScope, ...(body && { body }) };
  return outputs.map(({ shape, dtype = 'float32' }, index) =>
    tensor(shape, dtype, { kind: 'node', node: made, index }),
  );
}

/**
 * Gives `y` its gradient: `vjp` maps the gradient of y to those of `inputs`, null where there is none.
 * `vjp` also gets y itself, differentiable, for formulas in the output (exp, sigmoid).
 */
export function differentiable(
  y: Tensor,
  inputs: readonly Tensor[],
  vjp: (dy: Tensor, y: Tensor, options: GradientOptions) => readonly (Tensor | null)[],
): Tensor {
  const [result] = differentiableOutputs([y], inputs, ([dy], [self], options) => {
    if (dy === undefined || dy === null || self === undefined) throw new Error('internal: vjp without a gradient');
    return vjp(dy, self, options);
  });
  if (result === undefined) throw new Error('internal: differentiable without output');
  return result;
}

/** The same for several outputs of one op; gradients of outputs that nothing depends on arrive as null. */
export function differentiableOutputs(
  ys: readonly Tensor[],
  inputs: readonly Tensor[],
  vjp: (dys: readonly (Tensor | null)[], ys: readonly Tensor[], options: GradientOptions) => readonly (Tensor | null)[],
): Tensor[] {
  const outputs: Tensor[] = [];
  const derivative: Derivative = {
    inputs,
    outputs,
    scope: currentScope,
    vjp: (dys, options) => vjp(dys, outputs, options),
  };
  for (const y of ys) outputs.push({ ...y, derivative });
  return [...outputs];
}

/** The same value, through which no gradient flows. */
export function stopGradient(x: Tensor): Tensor {
  const { derivative: _, ...rest } = x;
  return { ...rest, id: ++lastId };
}

/** The same tensor under a readable name in the ONNX graph. */
export const named = (x: Tensor, name: string): Tensor => ({ ...x, name });

/** The node that computes a tensor, if its operator is `op`. */
export const nodeOf = (x: Tensor, op: string): Node | null =>
  x.source.kind === 'node' && x.source.node.op === op ? x.source.node : null;
