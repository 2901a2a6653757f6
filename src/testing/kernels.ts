/**
 * ONNX operators in float64, each in the plainest loops that its specification allows
 * (https://onnx.ai/onnx/operators, operator set 18). Slow on purpose: nothing is shared with the graph's gradient formulas
 * or with ONNX Runtime, so that agreement means something.
 */
import { erf } from '#math';
import type { Attributes } from '#graph';
import {
  broadcast,
  build,
  integer,
  integers,
  list,
  ravel,
  read,
  readBroadcast,
  real,
  required,
  sizeOfShape,
  unravel,
  type Kernel,
} from './value.ts';
import { averagePool, conv, convTranspose, maxPool, maxUnpool } from './window-kernels.ts';

const unary =
  (f: (x: number, attributes: Attributes) => number): Kernel =>
  (inputs, attributes) => {
    const { shape, data } = required(inputs, 0);
    return [{ shape, data: data.map((x) => f(x, attributes)) }];
  };

const binary =
  (f: (a: number, b: number) => number): Kernel =>
  (inputs) => {
    const a = required(inputs, 0);
    const b = required(inputs, 1);
    return [build(broadcast(a.shape, b.shape), (at) => f(readBroadcast(a, at), readBroadcast(b, at)))];
  };

const reduction =
  (
    start: number,
    step: (total: number, x: number) => number,
    finish = (total: number, _count: number) => total,
  ): Kernel =>
  (inputs, attributes) => {
    const x = required(inputs, 0);
    const axes = inputs[1] ? list(inputs[1]).map((a) => (a < 0 ? a + x.shape.length : a)) : x.shape.map((_, i) => i);
    const kept = x.shape.map((dim, i) => (axes.includes(i) ? 1 : dim));
    const totals = new Float64Array(sizeOfShape(kept)).fill(start);
    x.data.forEach((value, flat) => {
      const at = unravel(flat, x.shape).map((i, axis) => (axes.includes(axis) ? 0 : i));
      const to = ravel(at, kept);
      totals[to] = step(totals[to] ?? 0, value);
    });
    const count = x.data.length / totals.length;
    const shape = integer(attributes, 'keepdims', 1) === 1 ? kept : x.shape.filter((_, i) => !axes.includes(i));
    return [{ shape, data: totals.map((total) => finish(total, count)) }];
  };

/** Applies `f` to every line along the attribute `axis`. */
const alongAxis =
  (f: (line: readonly number[]) => number[]): Kernel =>
  (inputs, attributes) => {
    const x = required(inputs, 0);
    const axis = integer(attributes, 'axis', -1) + (integer(attributes, 'axis', -1) < 0 ? x.shape.length : 0);
    const length = x.shape[axis] ?? 1;
    return [
      build(x.shape, (at) => {
        const line = Array.from({ length }, (_, i) => read(x, at.with(axis, i)));
        return f(line)[at[axis] ?? 0] ?? NaN;
      }),
    ];
  };

function logSoftmaxLine(line: readonly number[]): number[] {
  const top = Math.max(...line);
  const logTotal = Math.log(line.reduce((total, x) => total + Math.exp(x - top), 0));
  return line.map((x) => x - top - logTotal);
}

const scatterElements: Kernel = (inputs, attributes) => {
  const data = required(inputs, 0);
  const indices = required(inputs, 1);
  const updates = required(inputs, 2);
  if (attributes['reduction'] !== 'add') throw new Error('internal: only adding is evaluated');
  const axis = integer(attributes, 'axis', 0);
  const y = Float64Array.from(data.data);
  updates.data.forEach((value, i) => {
    const to = ravel(unravel(i, updates.shape).with(axis, indices.data[i] ?? 0), data.shape);
    y[to] = (y[to] ?? 0) + value;
  });
  return [{ shape: data.shape, data: y }];
};

const matMul: Kernel = (inputs) => {
  const a = required(inputs, 0);
  const b = required(inputs, 1);
  const [n = 1, k = 1] = a.shape.slice(-2);
  const m = b.shape.at(-1) ?? 1;
  const lead = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [
    build([...lead, n, m], (at) => {
      const before = at.slice(0, -2);
      const [row = 0, column = 0] = at.slice(-2);
      let total = 0;
      for (let i = 0; i < k; i++)
        total += readBroadcast(a, [...before, row, i]) * readBroadcast(b, [...before, i, column]);
      return total;
    }),
  ];
};

const gemm: Kernel = (inputs, attributes) => {
  const a = required(inputs, 0);
  const b = required(inputs, 1);
  const transA = integer(attributes, 'transA', 0) === 1;
  const transB = integer(attributes, 'transB', 0) === 1;
  const [n = 1, k = 1] = transA ? a.shape.toReversed() : a.shape;
  const m = b.shape[transB ? 0 : 1] ?? 1;
  return [
    build([n, m], ([row = 0, column = 0]) => {
      let total = inputs[2] ? readBroadcast(inputs[2], [row, column]) : 0;
      for (let i = 0; i < k; i++)
        total += read(a, transA ? [i, row] : [row, i]) * read(b, transB ? [column, i] : [i, column]);
      return total;
    }),
  ];
};

const batchNormalization: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const [scale, bias, ...running] = [1, 2, 3, 4].map((i) => required(inputs, i).data);
  const epsilon = real(attributes, 'epsilon', 1e-5);
  const channels = x.shape[1] ?? 1;
  let [mean, variance] = running;
  if (integer(attributes, 'training_mode', 0) === 1) {
    if (real(attributes, 'momentum', 0.9) !== 0) throw new Error('internal: only momentum 0 is evaluated');
    const byChannel = Array.from({ length: channels }, (_, c) =>
      x.data.filter((_x, i) => unravel(i, x.shape)[1] === c),
    );
    mean = Float64Array.from(byChannel, (xs) => xs.reduce((a, b) => a + b, 0) / xs.length);
    variance = Float64Array.from(
      byChannel,
      (xs, c) => xs.reduce((a, b) => a + (b - (mean?.[c] ?? 0)) ** 2, 0) / xs.length,
    );
  }
  if (mean === undefined || variance === undefined) throw new Error('internal: no statistics');
  const [means, variances] = [mean, variance];
  const y = build(x.shape, ([, c = 0], i) => {
    const normal = ((x.data[i] ?? 0) - (means[c] ?? 0)) / Math.sqrt((variances[c] ?? 0) + epsilon);
    return normal * (scale?.[c] ?? 0) + (bias?.[c] ?? 0);
  });
  return [y, { shape: [channels], data: means }, { shape: [channels], data: variances }];
};

/** Rows of x along its first axis. */
const gather: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const indices = required(inputs, 1);
  if (integer(attributes, 'axis', 0) !== 0) throw new Error('internal: only rows are gathered');
  const rank = indices.shape.length;
  return [
    build([...indices.shape, ...x.shape.slice(1)], (at) =>
      read(x, [read(indices, at.slice(0, rank)), ...at.slice(rank)]),
    ),
  ];
};

/** Adds rows to rows of the first axis. */
const scatterNd: Kernel = (inputs, attributes) => {
  const data = required(inputs, 0);
  const indices = required(inputs, 1);
  const updates = required(inputs, 2);
  if (attributes['reduction'] !== 'add' || indices.shape.at(-1) !== 1) {
    throw new Error('internal: only adding of rows is evaluated');
  }
  const y = Float64Array.from(data.data);
  const size = sizeOfShape(data.shape.slice(1));
  updates.data.forEach((value, i) => {
    const to = (indices.data[Math.floor(i / size)] ?? NaN) * size + (i % size);
    y[to] = (y[to] ?? NaN) + value;
  });
  return [{ shape: data.shape, data: y }];
};

const gatherElements: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const indices = required(inputs, 1);
  const axis = integer(attributes, 'axis', 0) + (integer(attributes, 'axis', 0) < 0 ? x.shape.length : 0);
  return [build(indices.shape, (at, i) => read(x, at.with(axis, indices.data[i] ?? 0)))];
};

const oneHot: Kernel = (inputs) => {
  const labels = required(inputs, 0);
  const [depth = 0] = list(inputs[1]);
  const [off = 0, on = 1] = list(inputs[2]);
  return [build([...labels.shape, depth], (at) => (read(labels, at.slice(0, -1)) === at.at(-1) ? on : off))];
};

const reshape: Kernel = (inputs) => {
  const x = required(inputs, 0);
  const wanted = list(inputs[1]).map((dim, i) => (dim === 0 ? (x.shape[i] ?? 1) : dim));
  const known = sizeOfShape(wanted.filter((dim) => dim !== -1));
  return [{ shape: wanted.map((dim) => (dim === -1 ? x.data.length / known : dim)), data: x.data }];
};

const slice: Kernel = (inputs) => {
  const x = required(inputs, 0);
  const [starts = [], ends = [], axes = [], steps = []] = [1, 2, 3, 4].map((i) => list(inputs[i]));
  const shape = [...x.shape];
  axes.forEach((axis, i) => (shape[axis] = Math.ceil(((ends[i] ?? 0) - (starts[i] ?? 0)) / (steps[i] ?? 1))));
  return [
    build(shape, (at) => {
      const from = [...at];
      axes.forEach((axis, i) => (from[axis] = (starts[i] ?? 0) + (at[axis] ?? 0) * (steps[i] ?? 1)));
      return read(x, from);
    }),
  ];
};

const pad: Kernel = (inputs) => {
  const x = required(inputs, 0);
  const pads = list(inputs[1]);
  const [value = 0] = list(inputs[2]);
  const rank = x.shape.length;
  return [
    build(
      x.shape.map((dim, i) => dim + (pads[i] ?? 0) + (pads[i + rank] ?? 0)),
      (at) => {
        const from = at.map((i, axis) => i - (pads[axis] ?? 0));
        return from.every((i, axis) => i >= 0 && i < (x.shape[axis] ?? 0)) ? read(x, from) : value;
      },
    ),
  ];
};

const concat: Kernel = (inputs, attributes) => {
  const axis = integer(attributes, 'axis', 0);
  const xs = inputs.map((_, i) => required(inputs, i));
  const sizes = xs.map(({ shape }) => shape[axis] ?? 1);
  const total = sizes.reduce((a, b) => a + b, 0);
  return [
    build((xs[0]?.shape ?? []).with(axis, total), (at) => {
      let i = at[axis] ?? 0;
      let part = 0;
      while (i >= (sizes[part] ?? Infinity)) i -= sizes[part++] ?? 0;
      return read(required(inputs, part), at.with(axis, i));
    }),
  ];
};

const split: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const axis = integer(attributes, 'axis', 0);
  let start = 0;
  return list(inputs[1]).map((size) => {
    const from = start;
    start += size;
    return build(x.shape.with(axis, size), (at) => read(x, at.with(axis, from + (at[axis] ?? 0))));
  });
};

const INTEGER_TYPES = [2, 6, 7];
const cast: Kernel = (inputs, attributes) => {
  const to = integer(attributes, 'to', 1);
  const convert = INTEGER_TYPES.includes(to)
    ? Math.trunc
    : to === 9
      ? (x: number) => Number(x !== 0)
      : (x: number) => x;
  return unary(convert)(inputs, attributes, 1);
};

/** y, mean and 1/σ over the last axis. */
const layerNormalization: Kernel = (inputs, attributes) => {
  const [x, scale, bias] = [0, 1, 2].map((i) => required(inputs, i));
  if (x === undefined || scale === undefined || bias === undefined) throw new Error('internal: no input');
  if (integer(attributes, 'axis', -1) !== -1) throw new Error('internal: only the last axis is evaluated');
  const n = x.shape.at(-1) ?? 1;
  const rows = Array.from({ length: x.data.length / n }, (_, row) => [...x.data.subarray(row * n, (row + 1) * n)]);
  const means = rows.map((row) => row.reduce((total, v) => total + v, 0) / n);
  const variances = rows.map((row, i) => row.reduce((total, v) => total + (v - (means[i] ?? 0)) ** 2, 0) / n);
  const inverses = variances.map((variance) => 1 / Math.sqrt(variance + real(attributes, 'epsilon', 1e-5)));
  const y = rows.flatMap((row, i) =>
    row.map((v, k) => (v - (means[i] ?? 0)) * (inverses[i] ?? 0) * (scale.data[k] ?? 0) + (bias.data[k] ?? 0)),
  );
  const statistics = x.shape.with(-1, 1);
  return [
    { shape: x.shape, data: Float64Array.from(y) },
    { shape: statistics, data: Float64Array.from(means) },
    { shape: statistics, data: Float64Array.from(inverses) },
  ];
};

/** The first of equal maxima along an axis, which stays as 1. */
const argMax: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const axis = integer(attributes, 'axis', 0);
  if (integer(attributes, 'keepdims', 1) !== 1) throw new Error('internal: only kept axes are evaluated');
  return [
    build(x.shape.with(axis, 1), (at) => {
      const line = Array.from({ length: x.shape[axis] ?? 0 }, (_, i) => read(x, at.with(axis, i)));
      return line.indexOf(Math.max(...line));
    }),
  ];
};

const resize: Kernel = (inputs, attributes) => {
  const x = required(inputs, 0);
  const scales = list(inputs[2]);
  const { mode, coordinate_transformation_mode: coordinates, nearest_mode: rounding } = attributes;
  if (mode !== 'nearest' || coordinates !== 'asymmetric' || rounding !== 'floor') {
    throw new Error('internal: only repeating pixels is evaluated');
  }
  return [
    build(
      x.shape.map((dim, i) => Math.floor(dim * (scales[i] ?? 1))),
      (at) =>
        read(
          x,
          at.map((i, axis) => Math.floor(i / (scales[axis] ?? 1))),
        ),
    ),
  ];
};

export const kernels: Readonly<Record<string, Kernel>> = {
  Abs: unary(Math.abs),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => a & b),
  ArgMax: argMax,
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  Clip: (inputs) => {
    const [low = -Infinity] = list(inputs[1]);
    const [high = Infinity] = list(inputs[2]);
    return unary((x) => Math.min(Math.max(x, low), high))(inputs, {}, 1);
  },
  Concat: concat,
  Conv: conv,
  ConvTranspose: convTranspose,
  Div: binary((a, b) => a / b),
  Elu: unary((x) => (x > 0 ? x : Math.expm1(x))),
  Equal: binary((a, b) => Number(a === b)),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Expand: (inputs) => {
    const x = required(inputs, 0);
    return [build(broadcast(x.shape, list(inputs[1])), (at) => readBroadcast(x, at))];
  },
  Gather: gather,
  GatherElements: gatherElements,
  Gemm: gemm,
  Greater: binary((a, b) => Number(a > b)),
  GreaterOrEqual: binary((a, b) => Number(a >= b)),
  LayerNormalization: layerNormalization,
  LeakyRelu: unary((x, attributes) => (x > 0 ? x : real(attributes, 'alpha', 0.01) * x)),
  Less: binary((a, b) => Number(a < b)),
  LessOrEqual: binary((a, b) => Number(a <= b)),
  Log: unary(Math.log),
  LogSoftmax: alongAxis(logSoftmaxLine),
  MatMul: matMul,
  Max: binary(Math.max),
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
  Min: binary(Math.min),
  Mul: binary((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => 1 - x),
  OneHot: oneHot,
  Or: binary((a, b) => a | b),
  Pad: pad,
  Pow: binary((a, b) => a ** b),
  Range: (inputs) => {
    const [start = 0, end = 0, step = 1] = [0, 1, 2].map((i) => required(inputs, i).data[0]);
    return [build([Math.ceil((end - start) / step)], (_, i) => start + i * step)];
  },
  Reciprocal: unary((x) => 1 / x),
  ReduceMax: reduction(-Infinity, Math.max),
  ReduceMean: reduction(
    0,
    (total, x) => total + x,
    (total, count) => total / count,
  ),
  ReduceProd: reduction(1, (total, x) => total * x),
  ReduceSum: reduction(0, (total, x) => total + x),
  Relu: unary((x) => Math.max(x, 0)),
  Reshape: reshape,
  Resize: resize,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  Shape: (inputs) => {
    const { shape } = required(inputs, 0);
    return [{ shape: [shape.length], data: Float64Array.from(shape) }];
  },
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Sign: unary(Math.sign),
  Slice: slice,
  Softmax: alongAxis((line) => logSoftmaxLine(line).map(Math.exp)),
  Softplus: unary((x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)),
  Split: split,
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Tanh: unary(Math.tanh),
  Transpose: (inputs, attributes) => {
    const x = required(inputs, 0);
    const order = integers(attributes, 'perm', []);
    return [
      build(
        order.map((axis) => x.shape[axis] ?? 1),
        (at) =>
          read(
            x,
            order.map((_, axis) => at[order.indexOf(axis)] ?? 0),
          ),
      ),
    ];
  },
  Where: (inputs) => {
    const [test, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
    return [
      build(broadcast(test.shape, a.shape, b.shape), (at) => readBroadcast(readBroadcast(test, at) !== 0 ? a : b, at)),
    ];
  },
};
