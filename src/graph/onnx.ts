/**
 * Writes a graph as an ONNX model (onnx.proto, IR version 9, operator set 18), walking back from the outputs.
 * Field numbers below are those of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
 * Names follow the scopes under which nodes were built; the bytes depend on the graph only, not on what else was built before.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { TuneError } from '#math';
import { sameShape, showShape, sizeOf } from './dim.ts';
import type { Shape } from './dim.ts';
import { atScope } from './tensor.ts';
import type { Attribute, Body, DType, Node, Tensor } from './tensor.ts';

const IR_VERSION = 9;
const OPSET = 18;
/** TensorProto.DataType */
const dataType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const satisfies Record<DType, number>;
/** AttributeProto.AttributeType */
const attributeType = { float: 1, int: 2, string: 3, graph: 5, ints: 7 } as const;
/** Constants up to this size are compared by value and written once. */
const SHARED_CONSTANT_SIZE = 64;

/** Inputs and parameters that some outputs depend on, in the order of a walk from the outputs. */
export interface Leaf {
  readonly kind: 'input' | 'parameter';
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** The nodes behind some tensors, each after the nodes it reads, and the leaves they start from. */
export function walk(outputs: readonly Tensor[]): { nodes: Node[]; leaves: Leaf[]; labels: Map<Node, string> } {
  const nodes: Node[] = [];
  const labels = new Map<Node, string>();
  const leaves = new Map<string, Leaf>();
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];

  const enter = (x: Tensor): void => {
    const { source } = x;
    if (source.kind === 'node') {
      if (x.name !== undefined && source.index === 0 && !labels.has(source.node)) labels.set(source.node, x.name);
      if (seen.has(source.node)) return;
      seen.add(source.node);
      stack.push({ node: source.node, next: 0 });
    } else if (source.kind !== 'constant') {
      const known = leaves.get(source.name);
      if (known === undefined) {
        leaves.set(source.name, { kind: source.kind, name: source.name, shape: x.shape, dtype: x.dtype });
      } else if (known.kind !== source.kind || known.dtype !== x.dtype || !sameShape(known.shape, x.shape)) {
        throw new TuneError(
          'duplicateName',
          `two tensors are called "${source.name}": ${known.kind} ${known.dtype} ${showShape(known.shape)} and ` +
            `${source.kind} ${x.dtype} ${showShape(x.shape)}. Give one of them another name.`,
          { name: source.name },
        );
      }
    }
  };

  for (const output of outputs) {
    enter(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { inputs, body } = top.node;
      const at = top.next++;
      if (at < inputs.length + (body?.captures.length ?? 0)) {
        const x = inputs[at] ?? body?.captures[at - inputs.length]?.outer;
        if (x !== undefined) enter(x);
      } else {
        nodes.push(top.node);
        stack.pop();
      }
    }
  }
  return { nodes, leaves: [...leaves.values()], labels };
}

export interface OnnxOptions {
  /** Declared in this order, also if nothing reads them; others that the outputs need follow. */
  readonly inputs?: readonly Tensor[];
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Values of parameters to write into the file. Those not named here are inputs of the graph. */
  readonly initializers?: ReadonlyMap<string, Float32Array>;
  /** What to write in place of a node of one output for the runtime at hand, from the same inputs; null for the node itself. */
  readonly lower?: (node: Node) => Tensor | null;
}

/** The graph as bytes that any ONNX runtime loads. */
export function toOnnx({
  inputs = [],
  outputs,
  initializers: embedded = new Map(),
  lower = () => null,
}: OnnxOptions): Uint8Array<ArrayBuffer> {
  const targets = Object.entries(outputs);
  const { nodes, leaves: found, labels } = walk(targets.map(([, tensor]) => tensor));
  const { leaves: declared } = walk(inputs);
  const leaves = [...declared, ...found.filter(({ name }) => !declared.some((leaf) => leaf.name === name))];

  const taken = new Set([...leaves.map(({ name }) => name), ...targets.map(([name]) => name)]);
  for (const { name } of leaves) {
    if (name in outputs) {
      throw new TuneError('duplicateName', `"${name}" is both an input and an output of the graph; rename one.`, {
        name,
      });
    }
  }
  const unique = (wanted: string): string => {
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted}_${n}`;
    taken.add(name);
    return name;
  };

  const graph = new BinaryWriter();
  const initializers: { name: string; tensor: Pick<Tensor, 'shape' | 'dtype'>; values: ArrayLike<number> }[] = [];
  const fed: Leaf[] = [];
  for (const leaf of leaves) {
    const values = leaf.kind === 'parameter' ? embedded.get(leaf.name) : undefined;
    if (values === undefined) fed.push(leaf);
    else if (values.length === sizeOf(leaf.shape)) initializers.push({ name: leaf.name, tensor: leaf, values });
    else {
      const message = `${values.length} values do not fill the parameter "${leaf.name}" of shape ${showShape(leaf.shape)}.`;
      throw new TuneError('shapeMismatch', message, { name: leaf.name });
    }
  }
  const shared = new Map<string, string>();
  const constants = new Map<ArrayLike<number>, string>();
  const valueNames = new Map<Node, string[]>();
  /** Inputs of bodies, and what they capture, by the names they have in the file. */
  const placeholders = new Map<string, string>();
  const domains = new Set(['']);

  const nameOf = (x: Tensor): string => {
    const { source } = x;
    if (source.kind === 'node') return valueNames.get(source.node)?.[source.index] ?? '';
    if (source.kind !== 'constant') return placeholders.get(source.name) ?? source.name;
    const { values } = source;
    const key =
      values.length > SHARED_CONSTANT_SIZE
        ? null
        : `${x.dtype} ${x.shape.join()} ${Array.from(values, showExactly).join()}`;
    const known = key === null ? constants.get(values) : shared.get(key);
    if (known !== undefined) return known;
    const name = unique(values.length === 1 ? `constant(${values[0]})` : 'constant');
    initializers.push({ name, tensor: x, values });
    if (key === null) constants.set(values, name);
    else shared.set(key, name);
    return name;
  };

  /** Writes nodes in their order, those behind a wanted value under its name. */
  const writeNodes = (
    w: BinaryWriter,
    nodes: readonly Node[],
    wanted: readonly (readonly [string, Tensor])[],
  ): void => {
    // A value is called as its output, as its label, or as its node.
    const outputNames = new Map<Node, string[]>();
    const copies: { from: Tensor; to: string }[] = [];
    const inside = new Set(nodes);
    for (const [name, x] of wanted) {
      const { source } = x;
      const names = source.kind === 'node' && inside.has(source.node) ? (outputNames.get(source.node) ?? []) : null;
      if (source.kind === 'node' && names !== null && names[source.index] === undefined) {
        names[source.index] = name;
        outputNames.set(source.node, names);
      } else copies.push({ from: x, to: name });
    }
    const write = (node: Node, given: readonly string[]): void => {
      const [domain, op] = nameParts(node.op);
      domains.add(domain);
      const name = unique(labels.get(node) ?? (node.scope === '' ? op : `${node.scope}/${op}`));
      const outs = Array.from({ length: node.arity }, (_, i) => given[i] ?? (i === 0 ? name : unique(`${name}:${i}`)));
      const ins = node.inputs.map((x) => (x === null ? '' : nameOf(x)));
      valueNames.set(node, outs);
      const { body } = node;
      const inner = body && ((g: BinaryWriter): void => writeBody(g, name, body));
      message(w, 1, (n) => writeNode(n, node.op, name, ins, outs, Object.entries(node.attributes), inner));
    };
    for (const node of nodes) {
      const given = outputNames.get(node) ?? [];
      const lowered = atScope(node.scope, () => lower(node))?.source;
      if (lowered?.kind !== 'node') {
        write(node, given);
        continue;
      }
      const behind = walkFrom(lowered.node, (known) => valueNames.has(known));
      for (const part of behind) write(part, part === lowered.node ? given : []);
      valueNames.set(node, valueNames.get(lowered.node) ?? []);
    }
    for (const { from, to } of copies) {
      const source = nameOf(from);
      message(w, 1, (n) => writeNode(n, 'Identity', unique(`${to}/Identity`), [source], [to], []));
    }
  };

  const writeBody = (w: BinaryWriter, owner: string, { inputs, outputs, captures }: Body): void => {
    const placeholder = (x: Tensor, name: string): void => {
      if (x.source.kind === 'input') placeholders.set(x.source.name, name);
    };
    for (const x of inputs) placeholder(x, unique(`${owner}/input`));
    for (const { inner, outer } of captures) placeholder(inner, nameOf(outer));
    const wanted = outputs.map((x) => [unique(`${owner}/output`), x] as const);
    writeNodes(w, walk(outputs).nodes, wanted);
    w.tag(2, WireType.LengthDelimited).string(`${owner}/body`);
    for (const x of inputs) message(w, 11, (v) => writeValueInfo(v, nameOf(x), x.dtype, x.shape));
    for (const [name, x] of wanted) message(w, 12, (v) => writeValueInfo(v, name, x.dtype, x.shape));
  };

  writeNodes(graph, nodes, targets);
  graph.tag(2, WireType.LengthDelimited).string('attune');
  for (const { name, tensor, values } of initializers) message(graph, 5, (w) => writeTensor(w, name, tensor, values));
  for (const leaf of fed) message(graph, 11, (w) => writeValueInfo(w, leaf.name, leaf.dtype, leaf.shape));
  for (const [name, x] of targets) message(graph, 12, (w) => writeValueInfo(w, name, x.dtype, x.shape));

  const model = new BinaryWriter();
  model.tag(1, WireType.Varint).int64(IR_VERSION);
  model.tag(2, WireType.LengthDelimited).string('attune');
  model.tag(7, WireType.LengthDelimited).bytes(graph.finish());
  for (const domain of domains) {
    message(model, 8, (w) => {
      w.tag(1, WireType.LengthDelimited).string(domain);
      w.tag(2, WireType.Varint).int64(domain === '' ? OPSET : 1);
    });
  }
  return Uint8Array.from(model.finish());
}

/** Nodes behind one, itself last, as far as they are not known. */
function walkFrom(node: Node, isKnown: (node: Node) => boolean): Node[] {
  if (isKnown(node)) return [];
  const behind = node.inputs.flatMap((x) => (x?.source.kind === 'node' ? walkFrom(x.source.node, isKnown) : []));
  return [...new Set([...behind, node])];
}

const nameParts = (op: string): [domain: string, name: string] => {
  const at = op.indexOf(':');
  return at < 0 ? ['', op] : [op.slice(0, at), op.slice(at + 1)];
};

/** -0 and 0 are different constants. */
const showExactly = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

function message(writer: BinaryWriter, field: number, write: (writer: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}

function writeNode(
  w: BinaryWriter,
  op: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: readonly (readonly [string, Attribute])[],
  body?: (writer: BinaryWriter) => void,
): void {
  for (const x of inputs) w.tag(1, WireType.LengthDelimited).string(x);
  for (const y of outputs) w.tag(2, WireType.LengthDelimited).string(y);
  w.tag(3, WireType.LengthDelimited).string(name);
  const [domain, operator] = nameParts(op);
  w.tag(4, WireType.LengthDelimited).string(operator);
  if (domain !== '') w.tag(7, WireType.LengthDelimited).string(domain);
  for (const [key, value] of attributes) message(w, 5, (a) => writeAttribute(a, key, value));
  if (body === undefined) return;
  message(w, 5, (a) => {
    a.tag(1, WireType.LengthDelimited).string('body');
    message(a, 6, body);
    a.tag(20, WireType.Varint).int32(attributeType.graph);
  });
}

function writeAttribute(w: BinaryWriter, name: string, value: Attribute): void {
  w.tag(1, WireType.LengthDelimited).string(name);
  const type = (code: number): BinaryWriter => w.tag(20, WireType.Varint).int32(code);
  if (typeof value === 'number') {
    w.tag(3, WireType.Varint).int64(value);
    type(attributeType.int);
  } else if (typeof value === 'string') {
    w.tag(4, WireType.LengthDelimited).string(value);
    type(attributeType.string);
  } else if ('float' in value) {
    w.tag(2, WireType.Bit32).float(value.float);
    type(attributeType.float);
  } else {
    for (const x of value) w.tag(8, WireType.Varint).int64(x);
    type(attributeType.ints);
  }
}

function writeTensor(
  w: BinaryWriter,
  name: string,
  { shape, dtype }: Pick<Tensor, 'shape' | 'dtype'>,
  values: ArrayLike<number>,
): void {
  for (const dim of shape) w.tag(1, WireType.Varint).int64(dim);
  w.tag(2, WireType.Varint).int32(dataType[dtype]);
  w.tag(8, WireType.LengthDelimited).string(name);
  w.tag(9, WireType.LengthDelimited).bytes(rawBytes(dtype, values));
}

function rawBytes(dtype: DType, values: ArrayLike<number>): Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(Array.from(values), BigInt).buffer);
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(values);
  }
}

function writeValueInfo(w: BinaryWriter, name: string, dtype: DType, shape: Shape): void {
  w.tag(1, WireType.LengthDelimited).string(name);
  message(w, 2, (type) =>
    message(type, 1, (tensor) => {
      tensor.tag(1, WireType.Varint).int32(dataType[dtype]);
      message(tensor, 2, (dims) => {
        for (const dim of shape) {
          message(dims, 1, (d) => {
            if (typeof dim === 'number') d.tag(1, WireType.Varint).int64(dim);
            else d.tag(2, WireType.LengthDelimited).string(dim);
          });
        }
      });
    }),
  );
}
