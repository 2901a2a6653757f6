/** The losses. */
export { binaryCrossEntropy, type BinaryCrossEntropyOptions } from './binary-cross-entropy.ts';
export { huber, meanAbsoluteError, meanSquaredError } from './distance.ts';
export { binaryFocal, focal, type FocalOptions } from './focal.ts';
export { klDivergence } from './kl-divergence.ts';
export type { Loss } from './loss.ts';
export { dice, iou, type OverlapOptions } from './overlap.ts';
export { softmaxCrossEntropy, type SoftmaxCrossEntropyOptions } from './softmax-cross-entropy.ts';
export { weightedLosses } from './weighted-losses.ts';
