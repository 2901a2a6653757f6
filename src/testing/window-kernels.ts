/** Convolutions and pooling over windows in float64, in plain loops (kernels.ts). */
import type { Attributes } from '#graph';
import { build, integer, integers, list, ravel, read, required, sizeOfShape, type Kernel } from './value.ts';

/** Calls back for every pair of an input and an output position of a window, inside the input. */
function eachWindow(
  input: readonly number[],
  output: readonly number[],
  attributes: Attributes,
  visit: (
    out: [row: number, column: number],
    at: [row: number, column: number],
    element: [i: number, j: number],
  ) => void,
): void {
  const [kh = 1, kw = 1] = integers(attributes, 'kernel_shape', []);
  const [sh = 1, sw = 1] = integers(attributes, 'strides', [1, 1]);
  const [dh = 1, dw = 1] = integers(attributes, 'dilations', [1, 1]);
  const [top = 0, left = 0] = integers(attributes, 'pads', [0, 0, 0, 0]);
  for (let row = 0; row < (output[2] ?? 0); row++)
    for (let column = 0; column < (output[3] ?? 0); column++)
      for (let i = 0; i < kh; i++)
        for (let j = 0; j < kw; j++) {
          const y = row * sh + i * dh - top;
          const x = column * sw + j * dw - left;
          if (y >= 0 && y < (input[2] ?? 0) && x >= 0 && x < (input[3] ?? 0)) visit([row, column], [y, x], [i, j]);
        }
}

/** Height and width that windows leave. */
function windowedShape(x: readonly number[], channels: number, attributes: Attributes): number[] {
  const along = (axis: 0 | 1): number => {
    const at = (name: string, otherwise: readonly number[], i: number): number =>
      integers(attributes, name, otherwise)[i] ?? 0;
    const reach = at('dilations', [1, 1], axis) * (at('kernel_shape', [], axis) - 1) + 1;
    const pads = at('pads', [0, 0, 0, 0], axis) + at('pads', [0, 0, 0, 0], axis + 2);
    return Math.floor(((x[axis + 2] ?? 0) + pads - reach) / at('strides', [1, 1], axis)) + 1;
  };
  return [x[0] ?? 1, channels, along(0), along(1)];
}

export const conv: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const w = required(inputs, 1);
  const bias = inputs[2];
  const [filters = 1, depth = 1] = w.shape;
  const perGroup = filters / integer(attributes, 'group', 1);
  const shape = windowedShape(x.shape, filters, attributes);
  const y = build(shape, ([, o = 0]) => bias?.data[o] ?? 0);
  eachWindow(x.shape, shape, attributes, (out, at, element) => {
    for (let n = 0; n < (shape[0] ?? 0); n++)
      for (let o = 0; o < filters; o++)
        for (let c = 0; c < depth; c++) {
          const channel = Math.floor(o / perGroup) * depth + c;
          const to = ravel([n, o, ...out], shape);
          y.data[to] = (y.data[to] ?? 0) + read(x, [n, channel, ...at]) * read(w, [o, c, ...element]);
        }
  });
  return [y];
};

/** Scatters what Conv gathers: x [B, O, …], w [O, C/groups, kH, kW] → [B, C, …]. */
export const convTranspose: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const w = required(inputs, 1);
  const [filters = 1, depth = 1] = w.shape;
  const groups = integer(attributes, 'group', 1);
  const along = (axis: 0 | 1): number => {
    const at = (name: string, i: number): number =>
      integers(attributes, name, name === 'pads' || name === 'output_padding' ? [0, 0, 0, 0] : [1, 1])[i] ?? 0;
    const reach = at('dilations', axis) * (at('kernel_shape', axis) - 1) + 1;
    return (
      at('strides', axis) * ((x.shape[axis + 2] ?? 1) - 1) +
      at('output_padding', axis) +
      reach -
      at('pads', axis) -
      at('pads', axis + 2)
    );
  };
  const shape = [x.shape[0] ?? 1, depth * groups, along(0), along(1)];
  const bias = inputs[2];
  const y = build(shape, ([, c = 0]) => bias?.data[c] ?? 0);
  eachWindow(shape, x.shape, attributes, (from, at, element) => {
    for (let n = 0; n < (shape[0] ?? 0); n++)
      for (let o = 0; o < filters; o++)
        for (let c = 0; c < depth; c++) {
          const channel = Math.floor(o / (filters / groups)) * depth + c;
          const to = ravel([n, channel, ...at], shape);
          y.data[to] = (y.data[to] ?? 0) + read(x, [n, o, ...from]) * read(w, [o, c, ...element]);
        }
  });
  return [y];
};

export const maxPool: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const [batch = 1, channels = 1] = x.shape;
  const shape = windowedShape(x.shape, channels, attributes);
  const y = build(shape, () => -Infinity);
  eachWindow(x.shape, shape, attributes, (out, at) => {
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++) {
        const to = ravel([n, c, ...out], shape);
        y.data[to] = Math.max(y.data[to] ?? 0, read(x, [n, c, ...at]));
      }
  });
  return [y];
};

export const averagePool: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const [batch = 1, channels = 1] = x.shape;
  const shape = windowedShape(x.shape, channels, attributes);
  const y = build(shape, () => 0);
  const counts = build(shape.slice(2), () => 0);
  eachWindow(x.shape, shape, attributes, (out, at) => {
    const position = ravel(out, counts.shape);
    counts.data[position] = (counts.data[position] ?? 0) + 1;
    for (let n = 0; n < batch; n++)
      for (let c = 0; c < channels; c++) {
        const to = ravel([n, c, ...out], shape);
        y.data[to] = (y.data[to] ?? 0) + read(x, [n, c, ...at]);
      }
  });
  const whole = sizeOfShape(integers(attributes, 'kernel_shape', []));
  const includePadding = integer(attributes, 'count_include_pad', 0) === 1;
  return [build(shape, (at, flat) => (y.data[flat] ?? 0) / (includePadding ? whole : read(counts, at.slice(2))))];
};

export const maxUnpool: Kernel = (inputs) => {
  const x = required(inputs, 0);
  const to = required(inputs, 1);
  const y = build(list(inputs[2]), () => 0);
  x.data.forEach((value, i) => {
    y.data[to.data[i] ?? 0] = value;
  });
  return [y];
};
