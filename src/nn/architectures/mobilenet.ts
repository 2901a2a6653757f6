/**
 * A small network of inverted residuals. MobileNetV2: Sandler et al. 2018, arXiv:1801.04381, table 2; optionally with squeeze-and-excitation
 * after the depthwise convolution and SiLU, as MobileNetV3 and EfficientNet have it.
 *   block  1×1 to t·C channels – 3×3 depthwise, stride s – 1×1 to C' without activation; added to x where s = 1 and C' = C
 *   x [B, C, H, W]     → [B, outputs]
 * Departs from the paper: ReLU instead of ReLU6, whose bound serves 8-bit arithmetic. For images below 64 pixels (`stem: 'cifar'`) the first
 * three strides are 1.
 */
import { requireOption } from '../errors.ts';
import type { Layer } from '../layer.ts';
import { residual, sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { dropout as dropoutLayer } from '../layers/dropout.ts';
import { globalAveragePool2d } from '../layers/pool2d.ts';
import { squeezeExcite } from '../layers/squeeze-excite.ts';
import { convBlock } from './conv-block.ts';

export interface MobilenetOptions {
  readonly stem?: 'cifar' | 'imagenet';
  /** Multiplies all channels. */
  readonly width?: number;
  readonly dropout?: number;
  readonly squeeze?: boolean;
  readonly activation?: 'relu' | 'silu';
}

/** [t, channels, blocks, stride of the first] */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

export function mobilenet(
  outputs: number,
  { stem = 'cifar', width = 1, dropout = 0.2, squeeze = false, activation = 'relu' }: MobilenetOptions = {},
): Layer {
  requireOption(width > 0 && Number.isFinite(width), 'mobilenet', 'width', 'a number > 0', width);
  const small = stem === 'cifar';
  let channels = divisible(32 * width);
  const layers = [convBlock(channels, 3, { stride: small ? 1 : 2, activation })];
  STAGES.forEach(([expansion, filters, count, first], stage) => {
    const out = divisible(filters * width);
    for (let i = 0; i < count; i++) {
      const stride = i > 0 || (small && stage <= 2) ? 1 : first;
      const inner = channels * expansion;
      const body = sequential([
        ...(expansion > 1 ? [convBlock(inner, 1, { activation })] : []),
        convBlock(inner, 3, { stride, groups: inner, activation }),
        ...(squeeze ? [squeezeExcite({ ratio: 4 * expansion })] : []),
        convBlock(out, 1, { activation: 'linear' }),
      ]);
      layers.push(stride === 1 && channels === out ? residual(body) : body);
      channels = out;
    }
  });
  const last = divisible(1280 * Math.max(1, width));
  layers.push(convBlock(last, 1, { activation }), globalAveragePool2d());
  if (dropout > 0) layers.push(dropoutLayer(dropout));
  return sequential([...layers, dense(outputs)]);
}

/** The nearest multiple of 8, at most a tenth below; the rule of the paper's code. */
function divisible(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
