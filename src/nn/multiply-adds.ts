/**
 * Multiplications with addition of a graph for one sample: those of convolutions and matrix products, which are nearly all. Papers that count
 * "FLOPs" of image networks mean this number; floating-point operations are twice as many. The body of a loop counts once for each step.
 */
import { resolveDim, type Tensor } from '#graph';

const sizeOf = (x: Tensor | null | undefined, from = 0): number =>
  (x?.shape ?? []).slice(from).reduce<number>((size, dim) => size * resolveDim(dim, { B: 1 }), 1);

export const multiplyAdds = (output: Tensor): number => countBehind([output]);

function countBehind(outputs: readonly Tensor[]): number {
  let total = 0;
  const seen = new Set<unknown>();
  const stack = [...outputs];
  for (let y = stack.pop(); y !== undefined; y = stack.pop()) {
    if (y.source.kind !== 'node' || seen.has(y.source.node)) continue;
    const { node } = y.source;
    seen.add(node);
    const [a, b] = node.inputs;
    const last = a?.shape.at(node.op === 'Gemm' && node.attributes['transA'] === 1 ? 0 : -1) ?? 1;
    if (node.op === 'Conv') total += sizeOf(y) * sizeOf(b, 1);
    if (node.op === 'ConvTranspose') total += sizeOf(a) * sizeOf(b, 1);
    if (node.op === 'MatMul' || node.op === 'Gemm') total += sizeOf(y) * resolveDim(last, { B: 1 });
    if (node.body !== undefined) {
      const steps = resolveDim(node.inputs.at(-1)?.shape[0] ?? 1, { B: 1 }); // a sequence is the last input of a Scan
      total += steps * countBehind(node.body.outputs);
    }
    for (const x of node.inputs) if (x !== null) stack.push(x);
  }
  return total;
}
