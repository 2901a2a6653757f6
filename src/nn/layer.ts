/**
 * What a layer is: a plain description with a function that, applied to a tensor, emits graph ops and asks its context for
 * the parameters it needs. Layers hold no weights; `trace` gives names to everything and collects it.
 *
 * A layer of one's own is an object literal:
 *   const scale: Layer = {
 *     kind: 'scale',
 *     config: {},
 *     apply: (x, ctx) => mul(x, ctx.parameter('gain', [1], ones())),
 *   };
 */
import type { Shape, Tensor } from '#graph';
import type { Json } from '#math';
import type { Fans, Initializer } from './initializers.ts';

export interface Layer {
  readonly kind: string;
  /** The options as they were resolved, for summaries and records. */
  readonly config: Readonly<Record<string, Json>>;
  apply(x: Tensor, ctx: Context): Tensor;
}

export interface ParameterOptions {
  /** Whether weight decay applies. Default true; layers pass false for biases and norm parameters. */
  readonly decay?: boolean;
  /** What the initializer sees; default by the shape, see `fansOf`. */
  readonly fans?: Fans;
}

/** A variable that training updates but no gradient reaches, like a running mean. */
export interface Buffer {
  readonly value: Tensor;
  /** The value from the next step on. */
  readonly update: (next: Tensor) => void;
}

/** The place in the model where a layer is applied. */
export interface Context {
  readonly training: boolean;
  /** Where it is, like `residual1.body.conv2d2`; empty at the root. Names of parameters begin with it. */
  readonly path: string;
  /**
   * Applies a layer inside this one. Without a name it is called by kind and count: `conv2d1`, `conv2d2`. A layer object
   * applied again here keeps its name, and so shares its parameters.
   */
  apply(layer: Layer, x: Tensor, name?: string): Tensor;
  /** A place of its own inside this one, for parameters in groups. */
  scope(name: string): Context;
  /** A trained parameter; asked for again under the same name it is the same one. */
  parameter(name: string, shape: readonly number[], init: Initializer, options?: ParameterOptions): Tensor;
  buffer(name: string, shape: readonly number[], initial: number): Buffer;
  /** Ones with probability `keep`, else zeros: a float32 input that the trainer feeds anew each step. Never shared. */
  randomMask(name: string, shape: Shape, keep: number): Tensor;
  /**
   * Which steps of a sequence [B, T, ...] are real: float32 [B, T], 1 for those and 0 for padding; null if all are. An embedding
   * marks padding; it then follows the sequence through layers, and ops between them, for as long as there are T steps.
   */
  realSteps(x: Tensor): Tensor | null;
  markSteps(x: Tensor, real: Tensor): void;
}
