/**
 * Finds the updates that are elementwise at the end: θ − η m/(√v + ε) reads every number once, whatever stands between. ONNX Runtime
 * would make a pass over memory for each operator, a dozen for Adam; a kernel (kernel.ts) makes one for the whole rule.
 *
 * A rule is cut where its elementwise ops begin. What lies behind, the gradient above all, stays in the graph and becomes an output
 * of the session, an operand of the kernel; so do numbers that the graph computes, like the factor of gradient clipping.
 * Updates that read a variable which another one writes belong to one kernel: the kernel writes in place and must have read before.
 */
import { sameShape, sizeOf } from '#graph';
import type { Tensor } from '#graph';

export type Operation = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Sqrt' | 'Neg' | 'Abs';
const OPERATIONS: readonly string[] = ['Add', 'Sub', 'Mul', 'Div', 'Sqrt', 'Neg', 'Abs'] satisfies Operation[];

/** Where a value comes from: an array or a number by its place in the rule's list, or a step before this one. */
export type Value = readonly [from: 'array' | 'number' | 'step', index: number];

export interface Step {
  readonly operation: Operation;
  readonly operands: readonly Value[];
}

/** Arrays of one length: variables by name, or results of the graph. */
export type ArraySource = { readonly variable: string } | { readonly result: Tensor };
/** One number for all elements: a constant, a fed input by name, or a scalar that the graph computes. */
export type NumberSource = { readonly constant: number } | { readonly fed: string } | { readonly result: Tensor };

export interface Rule {
  /** Number of elements. */
  readonly length: number;
  readonly arrays: readonly ArraySource[];
  readonly numbers: readonly NumberSource[];
  readonly steps: readonly Step[];
  readonly writes: readonly { readonly variable: string; readonly value: Value }[];
}

interface Update {
  readonly name: string;
  readonly next: Tensor;
}

/** The rules of the updates that have one, and the updates that are left to the graph. */
export function elementwiseRules<U extends Update>(updates: readonly U[]): { rules: Rule[]; rest: U[] } {
  const fitting = updates.filter(({ next }) => isElementwise(next) && next.shape.length > 0);
  const groups: { updates: U[]; variables: Set<string> }[] = [];
  for (const update of fitting) {
    const variables = new Set([update.name, ...variablesBehind(update.next)]);
    const joined = groups.filter((group) => [...variables].some((name) => group.variables.has(name)));
    const merged = {
      updates: [...joined.flatMap((group) => group.updates), update],
      variables: new Set([...joined.flatMap((group) => [...group.variables]), ...variables]),
    };
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return { rules: groups.map((group) => ruleOf(group.updates)), rest: updates.filter((u) => !fitting.includes(u)) };
}

/** Whether a kernel computes this tensor: an operator of ours, float32, every operand of its shape or a single number. */
function isElementwise({ source, shape, dtype }: Tensor): boolean {
  if (source.kind !== 'node' || dtype !== 'float32' || !shape.every((dim) => typeof dim === 'number')) return false;
  const { op, inputs } = source.node;
  return OPERATIONS.includes(op) && inputs.every((x) => x?.dtype === 'float32' && isNumberOr(x, shape));
}

const isNumberOr = (x: Tensor, shape: Tensor['shape']): boolean => x.shape.length === 0 || sameShape(x.shape, shape);

const operandsOf = ({ source }: Tensor): Tensor[] =>
  source.kind === 'node' ? source.node.inputs.filter((x) => x !== null) : [];

/** Variables that the elementwise part reads. Its arrays have the shape of the result, so scalars end the walk. */
function variablesBehind(x: Tensor): string[] {
  if (x.shape.length === 0) return [];
  if (x.source.kind === 'parameter') return [x.source.name];
  return isElementwise(x) ? operandsOf(x).flatMap(variablesBehind) : [];
}

function ruleOf(updates: readonly Update[]): Rule {
  const arrays = new Map<unknown, ArraySource>();
  const numbers = new Map<unknown, NumberSource>();
  const steps = new Map<unknown, Step>();
  const place = <T>(list: Map<unknown, T>, from: Value[0], key: unknown, made: () => T): Value => {
    if (!list.has(key)) list.set(key, made());
    return [from, [...list.keys()].indexOf(key)];
  };
  const valueOf = (tensor: Tensor): Value => {
    const x = flat(tensor);
    const { source } = x;
    if (x.shape.length === 0) {
      if (source.kind === 'constant') {
        const constant = Number(source.values[0]);
        return place(numbers, 'number', Object.is(constant, -0) ? '-0' : constant, () => ({ constant }));
      }
      if (source.kind === 'input') return place(numbers, 'number', source.name, () => ({ fed: source.name }));
      return place(numbers, 'number', identity(x), () => ({ result: x }));
    }
    if (source.kind === 'parameter') {
      return place(arrays, 'array', source.name, () => ({ variable: source.name }));
    }
    if (source.kind !== 'node' || !isElementwise(x)) return place(arrays, 'array', identity(x), () => ({ result: x }));
    if (!steps.has(source.node)) {
      const operands = source.node.inputs.filter((operand) => operand !== null).map(valueOf);
      // isElementwise has compared it with the list.
      steps.set(source.node, { operation: source.node.op as Operation, operands });
    }
    return ['step', [...steps.keys()].indexOf(source.node)];
  };
  const writes = updates.map(({ name, next }) => ({ variable: name, value: valueOf(next) }));
  const length = Number(sizeOf(updates[0]?.next.shape ?? []));
  return { length, arrays: [...arrays.values()], numbers: [...numbers.values()], steps: [...steps.values()], writes };
}

/** What a chain of reshapes starts from: a kernel sees no shape, and an output that is a reshape would be copied. */
function flat(x: Tensor): Tensor {
  if (x.source.kind !== 'node' || x.source.node.op !== 'Reshape' || x.shape.length === 0) return x;
  const [from] = operandsOf(x);
  return from === undefined || from.shape.length === 0 ? x : flat(from);
}

/** Equal for tensors that are the same value. */
const identity = ({ source, id }: Tensor): unknown => {
  if (source.kind === 'node') return source.index === 0 ? source.node : id;
  return source.kind === 'constant' ? source.values : `${source.kind} ${source.name}`;
};
