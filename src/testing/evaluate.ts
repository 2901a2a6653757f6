/**
 * Evaluates a graph in float64 by the naive kernels, node by node.
 */
import { resolveDim, walk } from '#graph';
import type { Node, Tensor } from '#graph';
import { kernels, sizeOfShape } from './kernels.ts';
import type { Value } from './kernels.ts';

/** Values of tensors for given inputs and parameters; every shape that results is checked against the one the graph promised. */
export function evaluate(outputs: readonly Tensor[], feeds: Readonly<Record<string, Value>>): Value[] {
  const { nodes, leaves } = walk(outputs);
  const symbols: Record<string, number> = {};
  for (const { name, shape } of leaves) {
    const feed = feeds[name];
    for (const [i, dim] of shape.entries()) if (typeof dim === 'string') symbols[dim] = feed?.shape[i] ?? 0;
  }
  const known = new Map<Node, Value[]>();
  const valueOf = (x: Tensor): Value => {
    const { source } = x;
    const shape = x.shape.map((dim) => resolveDim(dim, symbols));
    const value =
      source.kind === 'node'
        ? known.get(source.node)?.[source.index]
        : source.kind === 'constant'
          ? { shape, data: Float64Array.from(source.values) }
          : feeds[source.name];
    const what = source.kind === 'node' ? `${source.node.scope} ${source.node.op}` : x.source.kind;
    if (value === undefined) throw new Error(`internal: no value for ${what}`);
    if (value.shape.join() !== shape.join() || value.data.length !== sizeOfShape(shape)) {
      throw new Error(`internal: ${what} gives [${value.shape.join()}] where the graph promised [${shape.join()}]`);
    }
    return value;
  };
  for (const node of nodes) {
    const kernel = kernels[node.op];
    if (kernel === undefined) throw new Error(`internal: no float64 kernel for ${node.op}`);
    const inputs = node.inputs.map((x) => (x === null ? null : valueOf(x)));
    known.set(node, kernel(inputs, node.attributes, node.arity));
  }
  return outputs.map(valueOf);
}
