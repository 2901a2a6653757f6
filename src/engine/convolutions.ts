/**
 * Chooses how convolutions are computed. A training step holds them as ONNX's Conv and ConvTranspose; here they become what is fastest.
 *
 *   blocked   ONNX Runtime's own operators of the domain com.microsoft.nchwc, which its optimizer uses for constant weights only:
 *             x [B, C, H, W] → [B, C/b, H, W, b],  weight → [O/b, C/b, kH, kW, b of C, b of O]. The block b is the processor's: 8 with
 *             AVX, 16 with AVX-512. Another block gives wrong numbers without an error, so both are tried against Conv once in a process.
 *   turned    ConvTranspose of stride 1 is the convolution by the weight turned by 180°, filters and channels swapped.
 *
 * Both forms add the same products in another order: results differ between processors by rounding, never from run to run.
 * Cost: the blocked form takes 0.6 to 0.9 of the time of Conv and ConvTranspose, layouts included; the turned one 0.6 to 1.0 from 64 channels on.
 */
import { isDeepStrictEqual } from 'node:util';
import { input, int64, node, reshape, toOnnx, transpose, walk } from '#graph';
import type { Attribute, Node, Tensor } from '#graph';
import type { Device } from './device.ts';
import { runOnnx } from './infer.ts';

type Lowering = (node: Node) => Tensor | null;

/** Channels of the result from which a transposed convolution is faster as a turned one. */
const TURNED_FROM = 64;

/** What to write instead of the convolutions behind some tensors, for toOnnx. */
export async function convolutionsFor(device: Device, outputs: readonly Tensor[]): Promise<Lowering> {
  const any = walk(outputs).nodes.some(({ op }) => op === 'Conv' || op === 'ConvTranspose');
  const block = any && device === 'cpu' ? await blockSize() : null;
  return (made) => {
    const convolution = convolutionOf(made);
    if (convolution === null) return null;
    const { filters, depth, isTransposed } = convolution;
    if (block !== null && filters % block === 0 && depth % block === 0) return blocked(convolution, block);
    return isTransposed && filters >= TURNED_FROM ? turned(convolution) : null;
  };
}

/** A convolution of stride 1, or any that is no transposed one, without groups. */
interface Convolution {
  readonly x: Tensor;
  /** [O, C, kH, kW]; of a transposed one [C, O, kH, kW]. */
  readonly weight: Tensor;
  readonly bias: Tensor | null;
  readonly isTransposed: boolean;
  readonly filters: number;
  readonly depth: number;
  readonly size: readonly [height: number, width: number];
  /** As ONNX calls them, of the convolution forward. */
  readonly attributes: Readonly<Record<string, Attribute>>;
}

function convolutionOf({ op, inputs, attributes }: Node): Convolution | null {
  const isTransposed = op === 'ConvTranspose';
  const [x, weight, bias = null] = inputs;
  if ((op !== 'Conv' && !isTransposed) || !x || !weight || attributes['group'] !== 1) return null;
  const [first = 1, second = 1, height = 1, width = 1] = weight.shape.map(Number);
  const [filters, depth] = isTransposed ? [second, first] : [first, second];
  const list = (name: string): readonly number[] => {
    const value = attributes[name];
    return Array.isArray(value) ? value.map(Number) : [];
  };
  const [strides, dilations] = [list('strides'), list('dilations')];
  const made = { x, weight, bias, isTransposed, filters, depth, size: [height, width] as const };
  const shared = { kernel_shape: [height, width], strides, dilations, group: 1 };
  if (!isTransposed) return { ...made, attributes: { ...shared, pads: list('pads') } };
  const reach = [(height - 1) * (dilations[0] ?? 1), (width - 1) * (dilations[1] ?? 1)];
  const extra = list('output_padding');
  const pads = list('pads').map((pad, side) => (reach[side % 2] ?? 0) - pad + (side < 2 ? 0 : (extra[side - 2] ?? 0)));
  return strides.every((stride) => stride === 1) && pads.every((pad) => pad >= 0)
    ? { ...made, attributes: { ...shared, pads } }
    : null;
}

function blocked({ x, weight, bias, isTransposed, filters, depth, size, attributes }: Convolution, b: number): Tensor {
  const [height, width] = size;
  const window = height * width;
  const [outer, inner] = isTransposed ? [depth, filters] : [filters, depth];
  const parts = reshape(weight, [outer / b, b, inner / b, b, window]);
  const ordered = isTransposed ? backwards(transpose(parts, [2, 0, 4, 1, 3]), 2) : transpose(parts, [0, 2, 4, 3, 1]);
  const arranged = reshape(ordered, [filters, depth, height, width]);
  const y = node(
    'com.microsoft.nchwc:Conv',
    [node('com.microsoft.nchwc:ReorderInput', [x]), arranged, ...(bias === null ? [] : [bias])],
    { attributes },
  );
  return node('com.microsoft.nchwc:ReorderOutput', [y], { attributes: { channels: filters } });
}

function turned({ x, weight, bias, filters, depth, size, attributes }: Convolution): Tensor {
  const [height, width] = size;
  const byTap = transpose(reshape(weight, [depth, filters, height * width]), [2, 1, 0]);
  const arranged = reshape(transpose(backwards(byTap, 0), [1, 2, 0]), [filters, depth, height, width]);
  return node('Conv', [x, arranged, ...(bias === null ? [] : [bias])], { attributes });
}

/** The elements along an axis from the last to the first. */
function backwards(x: Tensor, axis: number): Tensor {
  const size = Number(x.shape[axis]);
  const order = int64(...Array.from({ length: size }, (_, i) => size - 1 - i));
  return node('Gather', [x, order], { attributes: { axis } });
}

let known: Promise<number | null> | null = null;

/** The block of this processor; null where ONNX Runtime has no blocked convolutions or none of the known blocks gives Conv's numbers. */
const blockSize = (): Promise<number | null> => (known ??= findBlockSize());

async function findBlockSize(): Promise<number | null> {
  for (const block of [8, 16]) if (await isRight(block)) return block;
  return null;
}

/** Whether both kinds of convolution are right with this block. */
async function isRight(block: number): Promise<boolean> {
  const channels = 32; // A multiple of any block, so that a wrong one reads nothing beyond the arrays.
  const shapes = { x: [1, channels, 4, 5], weight: [channels, channels, 3, 2] };
  const inputs = Object.entries(shapes).map(([name, shape]) => input(name, shape));
  const attributes = { kernel_shape: [3, 2], strides: [1, 1], dilations: [1, 1], pads: [1, 0, 1, 1], group: 1 };
  const plain = [
    node('Conv', inputs, { attributes }),
    node('ConvTranspose', inputs, { attributes: { ...attributes, output_padding: [0, 0] } }),
  ];
  const outputs = Object.fromEntries(
    plain.flatMap((y, i) => {
      const convolution = y.source.kind === 'node' ? convolutionOf(y.source.node) : null;
      if (convolution === null) throw new Error('internal: no convolution to try');
      return [[`plain${i}`, y] as const, [`blocked${i}`, { ...blocked(convolution, block), shape: y.shape }] as const];
    }),
  );
  // Whole numbers, whose sums are exact in any order.
  const filled = (shape: readonly number[], step: number) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((size, n) => size * n, 1) }, (_, i) => ((i * step) % 13) - 6),
  });
  const feeds = { x: filled(shapes.x, 5), weight: filled(shapes.weight, 7) };
  try {
    const results = await runOnnx(toOnnx({ outputs }), feeds, { optimization: 'extended' });
    return plain.every((_, i) => isDeepStrictEqual(results[`plain${i}`], results[`blocked${i}`]));
  } catch {
    return false; // A build of ONNX Runtime, or a processor, without these operators.
  }
}
