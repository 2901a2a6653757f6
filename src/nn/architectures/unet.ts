/**
 * U-Net: an encoder whose pictures are kept and joined to those of the decoder. Ronneberger, Fischer & Brox 2015, arXiv:1505.04597, figure 1,
 * with padding so that the output has the size of the input, and batch norm.
 *   x [B, C, H, W], H and W multiples of 2^depth     → logits [B, outputs, H, W]
 *   level d: two 3×3 convolutions of width·2^d filters; down by a 2×2 max pool, up by a 2×2 transposed convolution
 */
import { isCount, requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { functional, sequential } from '../layers/containers.ts';
import { convTranspose2d } from '../layers/conv-transpose2d.ts';
import { conv2d } from '../layers/conv2d.ts';
import { maxPool2d } from '../layers/pool2d.ts';
import { concat, type Tensor } from '#graph';
import { convBlock } from './conv-block.ts';

export interface UnetOptions {
  /** Filters of the first level; 64 as published. */
  readonly width?: number;
  /** Times the picture is halved; 4 as published. */
  readonly depth?: number;
}

export function unet(outputs: number, { width = 64, depth = 4 }: UnetOptions = {}): Layer {
  requireOption(isCount(width), 'unet', 'width', 'an integer >= 1', width);
  requireOption(isCount(depth), 'unet', 'depth', 'an integer >= 1', depth);
  const level = (d: number): Layer => {
    const filters = width * 2 ** d;
    return sequential([convBlock(filters, 3), convBlock(filters, 3)]);
  };
  const levels = Array.from({ length: depth }, (_, d) => ({
    encoder: level(d),
    pool: maxPool2d(2),
    up: convTranspose2d(width * 2 ** d, 2, { stride: 2 }),
    decoder: level(d),
  }));
  const bottom = level(depth);
  const last = conv2d(outputs, 1);
  return functional((x, apply) => {
    const kept: Tensor[] = [];
    let y = x;
    levels.forEach(({ encoder, pool }, d) => {
      const z = apply(encoder, y, `down${d + 1}`);
      kept.push(z);
      y = apply(pool, z, `pool${d + 1}`);
    });
    y = apply(bottom, y, 'bottom');
    for (const [d, { up, decoder }] of [...levels.entries()].reverse()) {
      const raised = apply(up, y, `raise${d + 1}`);
      y = apply(decoder, concat([kept[d] ?? raised, raised], 1), `up${d + 1}`);
    }
    return apply(last, y, 'outputs');
  });
}
