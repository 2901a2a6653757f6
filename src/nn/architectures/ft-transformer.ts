/**
 * FT-Transformer for tables. Gorishniy, Rubachev, Khrulkov & Babenko 2021, arXiv:2106.11959, §3.3: each column becomes a token, a class token
 * stands before them, encoder blocks, and the class token is classified.
 *   token of column j = b_j + Σ_{i in j} x_i W_i       (eq. 1 and 2: a number times its vector, or the vector of a category)
 *   block  x ← x + A(norm x),  x ← x + W₂ drop(ReGLU(W₁ norm x))        A attention; the first norm of the first block is left out (§3.3)
 *   output ReLU(norm class) W + c
 *   x [B, n] inputs of C columns, D features, F hidden, L blocks     → [B, outputs]
 * Departs from the authors' code: the class token stands first instead of last, which attention does not see.
 * Parameters: nD + CD + D + L (4D² + 3DF + 9D + 2F) + (D + 1) outputs; the norm that is left out and the last one are 2D each.
 */
import { add, concat, constant, expandLike, matmul, mul, relu, reshape, slice, split, type Tensor } from '#graph';
import { isCount, requireOption, wrongShape } from '../errors.ts';
import { kaimingUniformTorch, uniform } from '../initializers.ts';
import type { Layer } from '../layer.ts';
import { activation } from '../layers/activation.ts';
import { multiHeadAttention } from '../layers/attention.ts';
import { residual, sequential } from '../layers/containers.ts';
import { dense } from '../layers/dense.ts';
import { layerNorm } from '../layers/layer-norm.ts';
import { vectorsOf } from './table-inputs.ts';
import { drop } from './tokens.ts';

export interface FtTransformerOptions {
  /** Inputs of each column, in order: `data.columns`. Every input is a column of its own if it is not given. */
  readonly columns?: readonly number[];
  /** D. */
  readonly features?: number;
  /** Heads of attention; they divide the features. */
  readonly heads?: number;
  readonly blocks?: number;
  /** F; four thirds of the features by default. */
  readonly hidden?: number;
  /** Of the weights of attention. */
  readonly attentionDropout?: number;
  /** Of the hidden units. */
  readonly dropout?: number;
  /** Of what a part adds to x. */
  readonly residualDropout?: number;
}

export function ftTransformer(
  outputs: number,
  {
    columns,
    features = 192,
    heads = 8,
    blocks = 3,
    hidden = Math.max(1, Math.round((4 * features) / 3)),
    attentionDropout = 0.2,
    dropout = 0.1,
    residualDropout = 0,
  }: FtTransformerOptions = {},
): Layer {
  requireOption(isCount(blocks), 'ftTransformer', 'blocks', 'an integer >= 1', blocks);
  requireOption(isCount(hidden), 'ftTransformer', 'hidden', 'an integer >= 1', hidden);
  const linear = (units: number): Layer => dense(units, { initializer: kaimingUniformTorch() });
  const parts = Array.from({ length: blocks }, (_, block) => [
    residual(
      sequential([
        ...(block === 0 ? [] : [layerNorm()]),
        multiHeadAttention(heads, { dropout: attentionDropout }),
        ...drop(residualDropout),
      ]),
    ),
    residual(
      sequential([
        layerNorm(),
        linear(2 * hidden),
        reglu(),
        ...drop(dropout),
        linear(features),
        ...drop(residualDropout),
      ]),
    ),
  ]);
  return sequential([
    columnTokens(features, columns),
    ...parts.flat(),
    classToken(),
    layerNorm(),
    activation('relu'),
    linear(outputs),
  ]);
}

/** x [B, n] → [B, C + 1, D], the class token first. Its parameters do not decay, as in the authors' code. */
function columnTokens(features: number, columns?: readonly number[]): Layer {
  const kind = 'columnTokens';
  requireOption(isCount(features), 'ftTransformer', 'features', 'an integer >= 1', features);
  requireOption(columns?.every(isCount) ?? true, 'ftTransformer', 'columns', 'a list of integers >= 1', columns);
  const init = uniform(-1 / Math.sqrt(features), 1 / Math.sqrt(features));
  return {
    kind,
    config: { features, ...(columns && { columns: [...columns] }) },
    apply(x, ctx) {
      const inputs = vectorsOf('ftTransformer', x, ctx);
      const widths = columns ?? Array.from({ length: inputs }, () => 1);
      const total = widths.reduce((sum, width) => sum + width, 0);
      if (total !== inputs) {
        const todo = 'Give it `columns: data.columns`.';
        throw wrongShape('ftTransformer', ctx, x.shape, `rows of ${total} inputs, as its columns say`, todo);
      }
      const parameter = (name: string, shape: readonly number[]): Tensor =>
        ctx.parameter(name, shape, init, { decay: false });
      const each = mul(reshape(x, [x.shape[0] ?? 1, inputs, 1]), parameter('weight', [inputs, features])); // [B, n, D]
      const summed =
        total === widths.length ? each : matmul(constant(membership(widths), [widths.length, total]), each);
      const tokens = add(summed, parameter('bias', [widths.length, features])); // [B, C, D]
      const first = slice(tokens, [{ axis: 1, start: 0, end: 1 }]);
      return concat([expandLike(parameter('class', [1, 1, features]), first), tokens], 1);
    },
  };
}

/** [C, n]: 1 where input i belongs to column j. */
function membership(widths: readonly number[]): Float64Array {
  const total = widths.reduce((sum, width) => sum + width, 0);
  const table = new Float64Array(widths.length * total);
  let start = 0;
  widths.forEach((width, j) => {
    table.fill(1, j * total + start, j * total + start + width);
    start += width;
  });
  return table;
}

/** ReGLU: a ⊙ ReLU(b) of the two halves of the features. Shazeer 2020, arXiv:2002.05202. */
const reglu = (): Layer => ({
  kind: 'reglu',
  config: {},
  apply(x) {
    const half = Number(x.shape.at(-1)) / 2;
    const [a = x, b = x] = split(x, [half, half], -1);
    return mul(a, relu(b));
  },
});

/** [B, T, D] → the class token [B, D]. */
const classToken = (): Layer => ({
  kind: 'classToken',
  config: {},
  apply(x) {
    const [batch = 1, , features = 1] = x.shape;
    return reshape(slice(x, [{ axis: 1, start: 0, end: 1 }]), [batch, features]);
  },
});
