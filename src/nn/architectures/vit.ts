/**
 * Vision transformer. Dosovitskiy et al. 2021, arXiv:2010.11929, eq. 1–4: the picture is cut into patches, each becomes a vector, a class
 * vector is put before them, learned positions are added, encoder blocks, and the class vector's norm is classified.
 *   x [B, C, H, W], H and W multiples of the patch     T = HW/patch² + 1     → [B, outputs]
 * Parameters: (C·patch² + 1)D + D + TD + layers·(12D² + 13D) + 2D + (D + 1) outputs, with the hidden size 4D.
 * The defaults are small, for images of 32 pixels; ViT-B/16 is { patch: 16, features: 768, layers: 12, heads: 12 }.
 */
import { concat, expandLike, reshape, slice, transpose } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { normal, zeros } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { sequential } from '../layers/containers.ts';
import { conv2d } from '../layers/conv2d.ts';
import { dense } from '../layers/dense.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { learnedPositions } from '../layers/positions.ts';
import { transformerEncoderBlock } from '../layers/transformer.ts';
import { imageOf } from '../layers/window.ts';

export interface VitOptions {
  /** Pixels of a patch's side. */
  readonly patch?: number;
  readonly features?: number;
  readonly layers?: number;
  readonly heads?: number;
  readonly dropout?: number;
}

export function vit(
  outputs: number,
  { patch = 4, features = 192, layers = 6, heads = 3, dropout = 0 }: VitOptions = {},
): Layer {
  requireOption(isCount(patch), 'vit', 'patch', 'an integer >= 1', patch);
  requireOption(isCount(features), 'vit', 'features', 'an integer >= 1', features);
  requireOption(isCount(layers), 'vit', 'layers', 'an integer >= 1', layers);
  const blocks = Array.from({ length: layers }, () => transformerEncoderBlock(heads, { dropout }));
  return sequential([
    patches(patch, features),
    learnedPositions(),
    ...blocks,
    layerNorm(),
    classVector(),
    dense(outputs),
  ]);
}

/** [B, C, H, W] → [B, T, D], the class vector first. */
const patches = (patch: number, features: number): Layer => ({
  kind: 'patches',
  config: { patch, features },
  apply(x, ctx) {
    const { height, width } = imageOf('patches', x, ctx);
    if (height % patch !== 0 || width % patch !== 0) {
      throw wrongShape('vit', ctx, x.shape, `images whose sides are multiples of ${patch}`, 'Choose another patch.');
    }
    const batch = x.shape[0] ?? 1;
    const count = (height / patch) * (width / patch);
    const cut = ctx.apply(conv2d(features, patch, { stride: patch, initializer: normal(0.02) }), x, 'project');
    const rows = transpose(reshape(cut, [batch, features, count]), [0, 2, 1]); // [B, T − 1, D]
    const first = slice(rows, [{ axis: 1, start: 0, end: 1 }]);
    return concat([expandLike(ctx.parameter('class', [1, 1, features], zeros(), { decay: false }), first), rows], 1);
  },
});

/** [B, T, D] → the first step [B, D]. */
const classVector = (): Layer => ({
  kind: 'classVector',
  config: {},
  apply: (x) => {
    const [batch = 1, , features = 1] = x.shape;
    return reshape(slice(x, [{ axis: 1, start: 0, end: 1 }]), [batch, features]);
  },
});
