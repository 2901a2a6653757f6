/**
 * Images enlarged by whole factors.
 *   nearest   every pixel becomes a block; dX is the sum over the block
 *   bilinear  pixel centres at half numbers and edges repeated: PyTorch's align_corners=False, Keras' and OpenCV's default.
 *             Along an axis output i lies at s = (i + ½)/f - ½ and is (1 - t) x[⌊s⌋] + t x[⌊s⌋ + 1], t = s - ⌊s⌋.
 *   X [B, C, H, W]   Y [B, C, f·H, f·W]
 */
import { numberDim } from '../dim.ts';
import { constant, differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { averagePool2d } from './average-pool-2d.ts';
import { mul } from './mul.ts';
import { mapPlanes } from './plane-map.ts';

export function upsample2d(x: Tensor, factor: number, mode: 'nearest' | 'bilinear' = 'nearest'): Tensor {
  if (factor === 1) return x;
  const [batch = 1, channels = 1, ...plane] = x.shape;
  const size = plane.map((dim) => numberDim(dim, 'upsample2d: height and width'));
  if (mode === 'bilinear') {
    const [rows = [], columns = []] = size.map((length) => bilinearWeights(length, factor));
    return mapPlanes(x, rows, columns);
  }
  const y = node('Resize', [x, null, constant([1, 1, factor, factor])], {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    shape: [batch, channels, ...size.map((length) => length * factor)],
  });
  return differentiable(y, [x], (dy) => [mul(averagePool2d(dy, { size: factor }), factor * factor)]);
}

function bilinearWeights(length: number, factor: number): number[][] {
  return Array.from({ length: length * factor }, (_, i) => {
    const at = Math.min(Math.max((i + 0.5) / factor - 0.5, 0), length - 1);
    const low = Math.floor(at);
    const row = Array.from({ length }, () => 0);
    row[low] = 1 - (at - low);
    if (at > low) row[low + 1] = at - low;
    return row;
  });
}
