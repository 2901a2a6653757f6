/** What architectures for tables have in common: x [B, n], the encoded columns of a row. */
import type { Tensor } from '#graph';
import { wrongShape } from '../errors.ts';
import type { Context } from '../layer.ts';

/** @internal n; anything but vectors is refused. */
export function vectorsOf(kind: string, x: Tensor, ctx: Context): number {
  const [, inputs] = x.shape;
  if (x.shape.length === 2 && typeof inputs === 'number') return inputs;
  throw wrongShape(kind, ctx, x.shape, 'rows of a table [B, inputs]', 'Put flatten() before it.');
}
