/**
 * ResNet for tables. Gorishniy, Rubachev, Khrulkov & Babenko 2021, arXiv:2106.11959, §3.2.
 *   x ← W x;  block  x ← x + drop(W₂ drop(ReLU(W₁ norm x)));  output  W ReLU(norm x)          norm: batch norm
 *   x [B, n], D features, F hidden, L blocks     → [B, outputs]
 * Parameters: (n + 1) D + L (2DF + 3D + F) + 2D + (D + 1) outputs
 */
import { isCount, requireOption } from '../errors.ts';
import { kaimingUniformTorch } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { activation } from '../layers/activation.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { residual, sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { vectorsOf } from './table-inputs.ts';
import { drop } from './tokens.ts';

export interface TabularResnetOptions {
  /** D. */
  readonly features?: number;
  readonly blocks?: number;
  /** F; twice the features by default. */
  readonly hidden?: number;
  /** Of the hidden units. */
  readonly dropout?: number;
  /** Of what a block adds to x. */
  readonly residualDropout?: number;
}

export function tabularResnet(
  outputs: number,
  { features = 128, blocks = 2, hidden = 2 * features, dropout = 0.2, residualDropout = 0 }: TabularResnetOptions = {},
): Layer {
  requireOption(isCount(blocks), 'tabularResnet', 'blocks', 'an integer >= 1', blocks);
  const linear = (units: number): Layer => dense(units, { initializer: kaimingUniformTorch() });
  const block = (): Layer =>
    residual(
      sequential([
        batchNorm(),
        linear(hidden),
        activation('relu'),
        ...drop(dropout),
        linear(features),
        ...drop(residualDropout),
      ]),
    );
  const chain = sequential([
    linear(features),
    ...Array.from({ length: blocks }, block),
    batchNorm(),
    activation('relu'),
    linear(outputs),
  ]);
  return {
    ...chain,
    apply(x, ctx) {
      vectorsOf('tabularResnet', x, ctx);
      return chain.apply(x, ctx);
    },
  };
}
