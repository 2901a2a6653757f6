/**
 * Symbolic tensors with gradients, written as ONNX. A new op is one file in `ops/` and one line here.
 */
export type { Dim, Shape } from './dim.ts';
export { broadcastShapes, divideDim, numberDim, resolveDim, sameShape, showShape, sizeOf } from './dim.ts';
export type {
  Attribute,
  Attributes,
  Body,
  DType,
  Derivative,
  Node,
  NodeOptions,
  Operand,
  Source,
  Tensor,
} from './tensor.ts';
export {
  constant,
  differentiable,
  differentiableOutputs,
  input,
  int64,
  named,
  node,
  nodeOutputs,
  parameter,
  scope,
  stopGradient,
} from './tensor.ts';
export { gradients } from './gradients.ts';
export type { Leaf, OnnxOptions } from './onnx.ts';
export { toOnnx, walk } from './onnx.ts';

export { abs, sign } from './ops/abs.ts';
export { adaptiveAveragePool2d, adaptiveMaxPool2d, globalMaxPool2d } from './ops/adaptive-pool-2d.ts';
export { add } from './ops/add.ts';
export type { AttentionOptions } from './ops/attention.ts';
export { attention, causalBias, maskBias } from './ops/attention.ts';
export type { AveragePool2dOptions } from './ops/average-pool-2d.ts';
export { averagePool2d, globalAveragePool2d } from './ops/average-pool-2d.ts';
export type { BatchNormOptions, BatchNormResult } from './ops/batch-norm.ts';
export { batchNorm, batchNormInference } from './ops/batch-norm.ts';
export { cast } from './ops/cast.ts';
export { clip } from './ops/clip.ts';
export { and, equal, greater, greaterOrEqual, less, lessOrEqual, not, or } from './ops/compare.ts';
export { concat, split } from './ops/concat.ts';
export type { Conv1dOptions } from './ops/conv1d.ts';
export { conv1d } from './ops/conv1d.ts';
export type { ConvTranspose2dOptions } from './ops/conv-transpose-2d.ts';
export { convTranspose2d } from './ops/conv-transpose-2d.ts';
export type { Conv2dOptions } from './ops/conv2d.ts';
export { conv2d } from './ops/conv2d.ts';
export { dense } from './ops/dense.ts';
export { div } from './ops/div.ts';
export { elu } from './ops/elu.ts';
export { exp } from './ops/exp.ts';
export { oneHot, pick } from './ops/gather.ts';
export { gatherRows } from './ops/gather-rows.ts';
export { erf, gelu } from './ops/gelu.ts';
export { groupNorm } from './ops/group-norm.ts';
export { gru } from './ops/gru.ts';
export type { NormOptions } from './ops/layer-norm.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { leakyRelu } from './ops/leaky-relu.ts';
export { log } from './ops/log.ts';
export { lstm } from './ops/lstm.ts';
export { gemm, matmul } from './ops/matmul.ts';
export { max } from './ops/max.ts';
export { maximum, minimum } from './ops/maximum.ts';
export { maxPool2d } from './ops/max-pool-2d.ts';
export { countOver, mean } from './ops/mean.ts';
export { mul } from './ops/mul.ts';
export { neg } from './ops/neg.ts';
export { pow } from './ops/pow.ts';
export { reciprocal } from './ops/reciprocal.ts';
export { relu } from './ops/relu.ts';
export { flatten, reshape } from './ops/reshape.ts';
export { rmsNorm } from './ops/rms-norm.ts';
export { rotary } from './ops/rotary.ts';
export { sigmoid } from './ops/sigmoid.ts';
export { silu } from './ops/silu.ts';
export type { Padding, Range } from './ops/slice.ts';
export { pad, slice } from './ops/slice.ts';
export { simpleRnn } from './ops/simple-rnn.ts';
export { logSoftmax, softmax } from './ops/softmax.ts';
export { softplus } from './ops/softplus.ts';
export { sqrt } from './ops/sqrt.ts';
export { square } from './ops/square.ts';
export { sub } from './ops/sub.ts';
export type { ReduceOptions } from './ops/sum.ts';
export { expand, expandLike, shapeOf, sum, sumTo, zerosLike } from './ops/sum.ts';
export { tanh } from './ops/tanh.ts';
export { transpose, transposeLast } from './ops/transpose.ts';
export { upsample2d } from './ops/upsample-2d.ts';
export { where } from './ops/where.ts';
export type { Padding2d, PerAxis, WindowOptions } from './ops/window.ts';
