/**
 * ResNet-9: eight convolutions and one dense layer, made to learn CIFAR-10 fast.
 * Page 2018, "How to train your ResNet" (myrtle.ai), the network of David Page's DAWNBench entry; here with strides of max pools and a
 * global max pool at the end.
 *   x [B, C, H, W], w = width:  w – 2w pool – res 2w – 4w pool – 8w pool – res 8w – global max pool – dense
 * Parameters for images of C channels: 9(Cw + 2w² + 2·4w² + 8w² + 32w² + 2·64w²) + 2(w + 2w + 2·2w + 4w + 8w + 2·8w) + (8w + 1) outputs
 */
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { globalMaxPool2d } from '../layers/adaptive-pool2d.ts';
import { residual, sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { dropout as dropoutLayer } from '../layers/dropout.ts';
import { maxPool2d } from '../layers/pool2d.ts';
import { convBlock } from './conv-block.ts';

export interface Resnet9Options {
  /** Channels of the first layer; 64 as published. */
  readonly width?: number;
  /** Before the dense layer. */
  readonly dropout?: number;
}

export function resnet9(outputs: number, { width = 64, dropout = 0 }: Resnet9Options = {}): Layer {
  requireOption(isCount(width), 'resnet9', 'width', 'an integer >= 1', width);
  const shortcutBlock = (filters: number): Layer =>
    residual(sequential([convBlock(filters, 3), convBlock(filters, 3)]));
  return sequential([
    convBlock(width, 3),
    convBlock(2 * width, 3),
    maxPool2d(2),
    shortcutBlock(2 * width),
    convBlock(4 * width, 3),
    maxPool2d(2),
    convBlock(8 * width, 3),
    maxPool2d(2),
    shortcutBlock(8 * width),
    globalMaxPool2d(),
    ...(dropout > 0 ? [dropoutLayer(dropout)] : []),
    dense(outputs),
  ]);
}
