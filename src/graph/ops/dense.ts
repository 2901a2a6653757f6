/**
 * Y = X W + b, a layer of fully connected units. dX = dY Wᵀ, dW = Xᵀ dY, db = Σ_rows dY.
 *   X [..., in]   W [in, out]   b [out]   Y [..., out]
 */
import { TuneError } from '#math';
import { showShape, sizeOf } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { columnProducts, gemm } from './matmul.ts';
import { reshape } from './reshape.ts';
import { sum } from './sum.ts';

export function dense(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const [inputs, units] = weight.shape;
  if (
    weight.shape.length !== 2 ||
    inputs === undefined ||
    units === undefined ||
    x.shape.length < 2 ||
    x.shape.at(-1) !== inputs
  ) {
    throw new TuneError(
      'shapeMismatch',
      `dense: input ${showShape(x.shape)} does not fit the weight ${showShape(weight.shape)}; its last dimension must be ${inputs}.`,
      { input: x.shape, weight: weight.shape },
    );
  }
  const lead = x.shape.slice(0, -1);
  const rows = reshape(x, [sizeOf(lead), inputs]);
  return reshape(bias === undefined ? gemm(rows, weight) : affine(rows, weight, bias), [...lead, units]);
}

function affine(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const y = node('Gemm', [x, weight, bias], { shape: [x.shape[0] ?? 1, weight.shape[1] ?? 1] });
  return differentiable(y, [x, weight, bias], (dy) => [
    gemm(dy, weight, { transB: true }),
    columnProducts(x, dy),
    sum(dy, { axes: [0] }),
  ]);
}
