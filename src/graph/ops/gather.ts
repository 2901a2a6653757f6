/**
 * Picking by label.
 *   oneHot(labels [..., ], n)        1 at the label, else 0: [..., n]; no gradient (labels are integers)
 *   pick(x [..., n], labels [...])   y = x[label] along the last axis. dx = dy at the label, else 0.
 */
import { TuneError } from '#math';
import { numberDim, sameShape, showShape } from '../dim.ts';
import { constant, differentiable, int64, node } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { cast } from './cast.ts';
import { mul } from './mul.ts';
import { reshape } from './reshape.ts';

export const oneHot = (labels: Tensor, classes: number): Tensor =>
  node('OneHot', [cast(labels, 'int64'), int64(classes), constant([0, 1])], {
    attributes: { axis: -1 },
    shape: [...labels.shape, classes],
    dtype: 'float32',
  });

export function pick(x: Tensor, labels: Tensor): Tensor {
  const lead = x.shape.slice(0, -1);
  if (!sameShape(lead, labels.shape)) {
    throw new TuneError(
      'shapeMismatch',
      `pick: labels ${showShape(labels.shape)} do not fit ${showShape(x.shape)}; they must be ${showShape(lead)}.`,
    );
  }
  const classes = numberDim(x.shape.at(-1), 'pick: the number of classes');
  const column = [...lead, 1];
  const picked = node('GatherElements', [x, reshape(cast(labels, 'int64'), column)], {
    attributes: { axis: -1 },
    shape: column,
  });
  const y = differentiable(picked, [x], (dy) => [mul(oneHot(labels, classes), dy)]);
  return reshape(y, lead);
}
