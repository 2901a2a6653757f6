/**
 * Evaluates a graph in float64 by the naive kernels, node by node.
 */
import { resolveDim, walk } from '#graph';
import type { Body, Node, Tensor } from '#graph';
import { kernels } from './kernels.ts';
import { sizeOfShape, type Value } from './value.ts';

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
    if (node.body !== undefined) {
      known.set(node, runScan(node, node.body, valueOf));
      continue;
    }
    const kernel = kernels[node.op];
    if (kernel === undefined) throw new Error(`internal: no float64 kernel for ${node.op}`);
    const inputs = node.inputs.map((x) => (x === null ? null : valueOf(x)));
    known.set(node, kernel(inputs, node.attributes, node.arity));
  }
  return outputs.map(valueOf);
}

/** ONNX's Scan: the body once for each slice along the first axis, its states handed on, its other outputs stacked. */
function runScan(node: Node, { inputs, outputs, captures }: Body, valueOf: (x: Tensor) => Value): Value[] {
  const { num_scan_inputs: sequences, scan_input_directions: directions } = node.attributes;
  if (typeof sequences !== 'number') throw new Error('internal: a Scan without sequences');
  const reverse = Array.isArray(directions) && directions[0] === 1;
  const given = node.inputs.map((x) => valueOf(required(x)));
  const stateCount = given.length - sequences;
  const nameOf = (x: Tensor): string => (x.source.kind === 'input' ? x.source.name : '');
  const captured = captures.map(({ inner, outer }) => [nameOf(inner), valueOf(outer)] as const);
  const steps = given[stateCount]?.shape[0] ?? 0;
  let states = given.slice(0, stateCount);
  const stacks: Value[][] = outputs.slice(stateCount).map(() => Array<Value>(steps));
  for (let n = 0; n < steps; n++) {
    const t = reverse ? steps - 1 - n : n;
    const slices = given.slice(stateCount).map(({ shape, data }) => {
      const size = data.length / steps;
      return { shape: shape.slice(1), data: data.slice(t * size, (t + 1) * size) };
    });
    const handed = [...states, ...slices].map((value, i) => [nameOf(required(inputs[i])), value] as const);
    const results = evaluate(outputs, Object.fromEntries([...handed, ...captured]));
    states = results.slice(0, stateCount);
    results.slice(stateCount).forEach((value, i) => ((stacks[i] ?? [])[t] = value));
  }
  return [
    ...states,
    ...stacks.map((stack) => ({
      shape: [steps, ...(stack[0]?.shape ?? [])],
      data: Float64Array.from(stack.flatMap(({ data }) => [...data])),
    })),
  ];
}

function required(x: Tensor | null | undefined): Tensor {
  if (x === null || x === undefined) throw new Error('internal: an input of a Scan is missing');
  return x;
}
