/**
 * Rows of a table by number: what an embedding is. dTable adds up the gradients of each row's uses and is zero elsewhere.
 *   table [V, D]   ids [...] integers in [0, V)   Y [..., D]
 * Cost: the gradient is a dense [V, D], so that every optimizer treats it as any other; writing it takes time by V, not by the ids.
 */
import { TuneError } from '#math';
import { showShape, sizeOf } from '../dim.ts';
import { differentiable, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { reshape } from './reshape.ts';
import { zerosLike } from './sum.ts';

export function gatherRows(table: Tensor, ids: Tensor): Tensor {
  const [, features] = table.shape;
  if (table.shape.length !== 2 || features === undefined) {
    throw new TuneError('shapeMismatch', `gatherRows takes a table [rows, features]; got ${showShape(table.shape)}.`);
  }
  const indices = cast(ids, 'int64');
  const y = node('Gather', [table, indices], { attributes: { axis: 0 }, shape: [...ids.shape, features] });
  return differentiable(y, [table], (dy) => {
    const count = sizeOf(ids.shape);
    const inputs = [zerosLike(table), reshape(indices, [count, 1]), reshape(dy, [count, features])];
    return [node('ScatterND', inputs, { attributes: { reduction: 'add' } })];
  });
}
