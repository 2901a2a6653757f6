/**
 * Models: layers, containers, losses and initializers; `trace` turns a model into a graph, `summary` into a table.
 */
export {
  constant,
  type Fans,
  fansOf,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initializer,
  kaimingUniformTorch,
  normal,
  ones,
  uniform,
  zeros,
} from './initializers.ts';
export type { Buffer, Context, Layer, ParameterOptions } from './layer.ts';
export { activation, type ActivationName } from './layers/activation.ts';
export { batchNorm, type BatchNormOptions } from './layers/batch-norm.ts';
export { type Apply, functional, residual, sequential } from './layers/containers.ts';
export { conv2d, type Conv2dOptions } from './layers/conv2d.ts';
export { dense, type DenseOptions } from './layers/dense.ts';
export { dropout } from './layers/dropout.ts';
export { flatten } from './layers/flatten.ts';
export { averagePool2d, globalAveragePool2d, maxPool2d, type Pool2dOptions } from './layers/pool2d.ts';
export type { Padding, Size2d } from './layers/window.ts';
export { binaryCrossEntropy, type Loss, meanSquaredError, softmaxCrossEntropy } from './losses.ts';
export { summary } from './summary.ts';
export {
  initialValues,
  trace,
  type Trace,
  type TracedBuffer,
  type TracedLayer,
  type TracedMask,
  type TracedParameter,
  type TraceOptions,
} from './trace.ts';

/** What functions given to `functional` and layers of one's own are made of. */
export { add, concat, mul, reshape, sub, transpose } from '#graph';
export type { Shape, Tensor } from '#graph';
