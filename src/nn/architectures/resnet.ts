/**
 * Residual networks. He et al. 2016, arXiv:1512.03385.
 *   stem 'imagenet'  §4.1, table 1: 7×7 stride 2 and a max pool; four stages of 64, 128, 256, 512 filters. Depth 18, 34 with basic blocks,
 *                    50, 101, 152 with bottlenecks, whose stride is in the 3×3 convolution as in torchvision
 *   stem 'cifar'     §4.2: 3×3; three stages of 16, 32, 64 filters, depth 6n + 2 (20, 32, 44, 56, 110)
 * Shortcuts that change the shape are 1×1 convolutions with batch norm (option B of the paper).
 *   x [B, C, H, W]     → [B, outputs]
 */
import { requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { activation } from '../layers/activation.ts';
import { residual, sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { globalAveragePool2d, maxPool2d } from '../layers/pool2d.ts';
import { convBlock } from './conv-block.ts';

export interface ResnetOptions {
  readonly depth?: number;
  readonly stem?: 'cifar' | 'imagenet';
}

/** Blocks of each stage. */
const IMAGENET: Readonly<Record<number, readonly number[]>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
};

export function resnet(
  outputs: number,
  { stem = 'cifar', depth = stem === 'cifar' ? 20 : 18 }: ResnetOptions = {},
): Layer {
  const blocks = stem === 'imagenet' ? IMAGENET[depth] : cifarStages(depth);
  const known = stem === 'imagenet' ? Object.keys(IMAGENET).join(', ') : '6n + 2, such as 20, 32, 44, 56, 110';
  requireOption(blocks !== undefined, 'resnet', 'depth', `one of ${known} for the stem '${stem}'`, depth);
  const bottleneck = stem === 'imagenet' && depth >= 50;
  const widths = stem === 'imagenet' ? [64, 128, 256, 512] : [16, 32, 64];
  let channels = widths[0] ?? 0;
  const stages = (blocks ?? []).flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => {
      const width = widths[stage] ?? 0;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      const out = bottleneck ? 4 * width : width;
      const body = bottleneck
        ? [convBlock(width, 1), convBlock(width, 3, { stride }), convBlock(out, 1, { activation: 'linear' })]
        : [convBlock(width, 3, { stride }), convBlock(out, 3, { activation: 'linear' })];
      const keeps = stride === 1 && channels === out;
      channels = out;
      const shortcut = keeps ? undefined : convBlock(out, 1, { stride, activation: 'linear' });
      return sequential([residual(sequential(body), shortcut), activation('relu')]);
    }),
  );
  const entrance =
    stem === 'imagenet'
      ? [convBlock(64, 7, { stride: 2 }), maxPool2d(3, { stride: 2, padding: 1 })]
      : [convBlock(16, 3)];
  return sequential([...entrance, ...stages, globalAveragePool2d(), dense(outputs)]);
}

function cifarStages(depth: number): readonly number[] | undefined {
  const each = (depth - 2) / 6;
  return Number.isInteger(each) && each >= 1 ? [each, each, each] : undefined;
}
