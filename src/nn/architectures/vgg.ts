/**
 * VGG: stacks of 3×3 convolutions, a max pool after each. Simonyan & Zisserman 2015, arXiv:1409.1556, table 1, with batch norm
 * (Ioffe & Szegedy 2015) unless turned off.
 *   head 'dense'   two layers of `hidden` units with dropout before the outputs, on 7×7 positions, as published for ImageNet
 *   head 'pool'    the mean over all positions, for small images
 *   x [B, C, H, W]     → [B, outputs]
 */
import { requireOption } from '../errors.ts';
import { heNormal } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { adaptiveAveragePool2d } from '../layers/adaptive-pool2d.ts';
import { sequential } from '../layers/containers.ts';
import { conv2d } from '../layers/conv2d.ts';
import { dense } from '../layers/dense.ts';
import { dropout as dropoutLayer } from '../layers/dropout.ts';
import { flatten } from '../layers/flatten.ts';
import { globalAveragePool2d, maxPool2d } from '../layers/pool2d.ts';
import { convBlock } from './conv-block.ts';

export interface VggOptions {
  readonly depth?: 11 | 13 | 16 | 19;
  readonly normalize?: boolean;
  readonly head?: 'dense' | 'pool';
  /** Multiplies all channels; 64, 128, 256, 512, 512 as published. */
  readonly width?: number;
  /** Of the dense head. */
  readonly hidden?: number;
  readonly dropout?: number;
}

/** Convolutions of each stack. */
const STACKS: Readonly<Record<number, readonly number[]>> = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
};

export function vgg(
  outputs: number,
  { depth = 11, normalize = true, head = 'pool', width = 1, hidden = 4096, dropout = 0.5 }: VggOptions = {},
): Layer {
  const stacks = STACKS[depth];
  requireOption(stacks !== undefined, 'vgg', 'depth', 'one of 11, 13, 16, 19', depth);
  requireOption(width > 0 && Number.isFinite(width), 'vgg', 'width', 'a number > 0', width);
  const layers = (stacks ?? []).flatMap((count, stack) => {
    const filters = Math.max(1, Math.round(width * Math.min(512, 64 * 2 ** stack)));
    const one = (): Layer =>
      normalize
        ? convBlock(filters, 3)
        : conv2d(filters, 3, { padding: 1, activation: 'relu', initializer: heNormal() });
    return [...Array.from({ length: count }, one), maxPool2d(2)];
  });
  const drop = dropout > 0 ? [dropoutLayer(dropout)] : [];
  const hiddenLayer = (): Layer[] => [dense(hidden, { activation: 'relu' }), ...drop];
  const top =
    head === 'dense'
      ? [adaptiveAveragePool2d(7), flatten(), ...hiddenLayer(), ...hiddenLayer()]
      : [globalAveragePool2d(), ...drop];
  return sequential([...layers, ...top, dense(outputs)]);
}
