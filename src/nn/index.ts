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
export {
  gruClassifier,
  lstmClassifier,
  type RecurrentClassifierOptions,
} from './architectures/recurrent-classifier.ts';
export { seq2seqTransformer, type Seq2SeqTransformerOptions } from './architectures/seq2seq-transformer.ts';
export { textCnn, type TextCnnOptions } from './architectures/text-cnn.ts';
export { transformerEncoder, type TransformerEncoderOptions } from './architectures/transformer-encoder.ts';
export { ftTransformer, type FtTransformerOptions } from './architectures/ft-transformer.ts';
export { mlp, type MlpOptions } from './architectures/mlp.ts';
export { mobilenet, type MobilenetOptions } from './architectures/mobilenet.ts';
export { resnet, type ResnetOptions } from './architectures/resnet.ts';
export { resnet9, type Resnet9Options } from './architectures/resnet9.ts';
export { tabularResnet, type TabularResnetOptions } from './architectures/tabular-resnet.ts';
export { unet, type UnetOptions } from './architectures/unet.ts';
export { vgg, type VggOptions } from './architectures/vgg.ts';
export { vit, type VitOptions } from './architectures/vit.ts';
export { multiplyAdds } from './multiply-adds.ts';
export type { Buffer, Context, Layer, ParameterOptions } from './layer.ts';
export { activation, type ActivationName } from './layers/activation.ts';
export { adaptiveAveragePool2d, adaptiveMaxPool2d, globalMaxPool2d } from './layers/adaptive-pool2d.ts';
export {
  type AttentionOptions,
  crossAttention,
  type CrossAttentionOptions,
  multiHeadAttention,
} from './layers/attention.ts';
export { batchNorm, type BatchNormOptions } from './layers/batch-norm.ts';
export { type Apply, concatenate, functional, residual, sequential } from './layers/containers.ts';
export { conv1d, type Conv1dOptions } from './layers/conv1d.ts';
export { convTranspose2d } from './layers/conv-transpose2d.ts';
export { conv2d } from './layers/conv2d.ts';
export type { Conv2dOptions } from './layers/convolution.ts';
export { dense, type DenseOptions } from './layers/dense.ts';
export { dropout, spatialDropout, stochasticDepth } from './layers/dropout.ts';
export { embedding, type EmbeddingOptions } from './layers/embedding.ts';
export { flatten } from './layers/flatten.ts';
export { groupNorm } from './layers/group-norm.ts';
export { layerNorm, type NormOptions, rmsNorm } from './layers/layer-norm.ts';
export { globalAveragePool1d, globalMaxPool1d } from './layers/pool1d.ts';
export { averagePool2d, globalAveragePool2d, maxPool2d, type Pool2dOptions } from './layers/pool2d.ts';
export { learnedPositions, sinusoidalPositions } from './layers/positions.ts';
export { gru, lstm, type RecurrentOptions, simpleRnn } from './layers/recurrent.ts';
export { squeezeExcite } from './layers/squeeze-excite.ts';
export {
  transformerDecoderBlock,
  transformerEncoderBlock,
  type TransformerBlockOptions,
} from './layers/transformer.ts';
export { upsample2d } from './layers/upsample2d.ts';
export type { Padding, Size2d } from './layers/window.ts';
export {
  binaryCrossEntropy,
  type BinaryCrossEntropyOptions,
  binaryFocal,
  dice,
  focal,
  type FocalOptions,
  huber,
  iou,
  klDivergence,
  type Loss,
  meanAbsoluteError,
  meanSquaredError,
  type OverlapOptions,
  softmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
  weightedLosses,
} from './losses/index.ts';
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
