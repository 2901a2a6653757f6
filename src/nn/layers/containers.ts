/** Layers made of layers: a chain, a function, a sum with a shortcut, branches side by side. */
import { add, concat, sameShape, type Shape, showShape, type Tensor } from '#graph';
import { requireOption, wrongShape } from '../errors.ts';
import type { Layer } from '../layer.ts';

/** Applies the layers one after another. */
export const sequential = (layers: readonly Layer[]): Layer => ({
  kind: 'sequential',
  config: { layers: layers.map(describeLayer) },
  apply: (x, ctx) => layers.reduce((y, layer) => ctx.apply(layer, y), x),
});

/** Applies a layer inside `functional`; a name replaces the one made of kind and count. */
export type Apply = (layer: Layer, x: Tensor, name?: string) => Tensor;

/**
 * A model as a function, for anything that is not a chain:
 *   const stem = conv2d(16, 3, { padding: 'same' });
 *   functional((x, apply) => { const y = apply(stem, x); return add(y, apply(conv2d(16, 3, { padding: 'same' }), y)); })
 * The same layer object applied twice shares its parameters, so layers used again belong outside the function. The function
 * must do the same each time: names come from the order of its calls.
 */
export const functional = (build: (x: Tensor, apply: Apply) => Tensor): Layer => ({
  kind: 'functional',
  config: {},
  apply: (x, ctx) => build(x, (layer, y, name) => ctx.apply(layer, y, name)),
});

/** body(x) + shortcut(x), the identity where no shortcut is given. He et al. 2016, arXiv:1512.03385, eq. 1 and 2. */
export const residual = (body: Layer, shortcut?: Layer): Layer => ({
  kind: 'residual',
  config: { body: describeLayer(body), ...(shortcut && { shortcut: describeLayer(shortcut) }) },
  apply(x, ctx) {
    const y = ctx.apply(body, x, 'body');
    const z = shortcut === undefined ? x : ctx.apply(shortcut, x, 'shortcut');
    if (sameShape(y.shape, z.shape)) return add(y, z);
    const [wants, todo] =
      shortcut === undefined
        ? ['a body that keeps the shape', `Give it a shortcut that makes ${showShape(y.shape)}, such as a 1×1 conv2d.`]
        : ['body and shortcut of one shape', `The shortcut makes ${showShape(z.shape)}; match filters and strides.`];
    throw wrongShape('residual', ctx, x.shape, `${wants}, but its body makes ${showShape(y.shape)}`, todo);
  },
});

/**
 * All branches applied to the same x, their outputs joined: channels of images [B, C, H, W], features of vectors and sequences.
 * Szegedy et al. 2015, arXiv:1409.4842.
 */
export const concatenate = (branches: readonly Layer[]): Layer => {
  requireOption(branches.length > 0, 'concatenate', 'branches', 'a list of at least one layer', branches);
  return {
    kind: 'concatenate',
    config: { branches: branches.map(describeLayer) },
    apply(x, ctx) {
      const ys = branches.map((branch) => ctx.apply(branch, x));
      const axis = ys[0]?.shape.length === 4 ? 1 : -1;
      const others = ({ shape }: Tensor): Shape => shape.toSpliced(axis, 1);
      for (const y of ys) {
        if (sameShape(others(y), others(ys[0] ?? y))) continue;
        const wants = `branches that differ in ${axis === 1 ? 'channels' : 'features'} only`;
        const todo = `They make ${ys.map(({ shape }) => showShape(shape)).join(' and ')}; match sizes and strides.`;
        throw wrongShape('concatenate', ctx, x.shape, wants, todo);
      }
      return concat(ys, axis);
    },
  };
};

const describeLayer = ({ kind, config }: Layer) => ({ kind, ...config });
