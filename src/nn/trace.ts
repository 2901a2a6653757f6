/**
 * Applies a model to a symbolic input and collects what it asked for: parameters, buffers, masks, and the layers passed.
 * Names depend on the structure of the model alone, so tracing it for training and for inference gives graphs over the
 * same variables.
 */
import {
  type DType,
  input as graphInput,
  parameter as graphParameter,
  sameShape,
  scope,
  type Shape,
  showShape,
  type Tensor,
} from '#graph';
import { type Json, type Rng, TuneError } from '#math';
import { type Fans, fansOf, type Initializer } from './initializers.ts';
import type { Context, Layer } from './layer.ts';

export interface TracedParameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Initializer;
  readonly fans: Fans;
  /** Whether weight decay applies. */
  readonly decay: boolean;
  readonly tensor: Tensor;
}

export interface TracedBuffer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: number;
  readonly tensor: Tensor;
  /** Its value after a step; absent where nothing updates it, as in inference. */
  readonly next?: Tensor;
}

export interface TracedMask {
  readonly name: string;
  readonly shape: Shape;
  /** Probability of a one. */
  readonly keep: number;
  readonly tensor: Tensor;
}

/** One application of one layer, in the order in which they finished. */
export interface TracedLayer {
  readonly path: string;
  readonly kind: string;
  readonly config: Readonly<Record<string, Json>>;
  readonly output: Shape;
  /** Names of parameters and buffers of this layer itself; empty where an earlier application owns them. */
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  /** Whether it applied other layers. */
  readonly container: boolean;
}

export interface Trace {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly parameters: readonly TracedParameter[];
  readonly buffers: readonly TracedBuffer[];
  readonly masks: readonly TracedMask[];
  readonly layers: readonly TracedLayer[];
}

export interface TraceOptions {
  readonly training?: boolean;
  /** Type of the input: 'int64' for models that begin with an embedding. */
  readonly dtype?: DType;
}

/** `inputShape` is without the batch: `[3, 32, 32]`. The input tensor is called `input` and has the shape ['B', ...inputShape]. */
export function trace(
  model: Layer,
  inputShape: Shape,
  { training = false, dtype = 'float32' }: TraceOptions = {},
): Trace {
  for (const dim of inputShape) {
    if (typeof dim === 'number' && !(Number.isSafeInteger(dim) && dim >= 1)) {
      throw new TuneError('shapeMismatch', `trace: dimensions must be integers >= 1; got ${showShape(inputShape)}.`);
    }
  }
  const collected: Collected = {
    training,
    parameters: new Map(),
    buffers: new Map(),
    masks: new Map(),
    layers: [],
    realSteps: new Map(),
  };
  const input = graphInput('input', ['B', ...inputShape], dtype);
  const output = applyAt(model, input, '', collected);
  return {
    input,
    output,
    parameters: [...collected.parameters.values()],
    buffers: [...collected.buffers.values()],
    masks: [...collected.masks.values()],
    layers: collected.layers,
  };
}

/**
 * Fresh values of all variables of a model. Each parameter draws from a stream named after it, so adding a layer leaves
 * the values of the others as they were.
 */
export function initialValues(
  { parameters, buffers }: Pick<Trace, 'parameters' | 'buffers'>,
  rng: Rng,
): Map<string, Float32Array> {
  const values = new Map<string, Float32Array>();
  for (const { name, shape, init, fans } of parameters) values.set(name, init.sample(shape, fans, rng.fork(name)));
  for (const { name, shape, initial } of buffers) {
    values.set(name, new Float32Array(shape.reduce((size, dim) => size * dim, 1)).fill(initial));
  }
  return values;
}

interface Collected {
  readonly training: boolean;
  readonly parameters: Map<string, TracedParameter>;
  readonly buffers: Map<string, TracedBuffer>;
  readonly masks: Map<string, TracedMask>;
  readonly layers: TracedLayer[];
  /** By the id of a sequence; null where it is known to have no padding. */
  readonly realSteps: Map<number, Tensor | null>;
}

/** What the layer at hand has asked for so far; scopes inside it share this. */
interface Owner {
  readonly kind: string;
  readonly path: string;
  readonly parameters: string[];
  readonly buffers: string[];
  container: boolean;
}

function applyAt(layer: Layer, x: Tensor, path: string, collected: Collected): Tensor {
  const owner: Owner = { kind: layer.kind, path, parameters: [], buffers: [], container: false };
  const ctx = contextAt(path, owner, collected);
  const y = path === '' ? layer.apply(x, ctx) : scope(path.slice(path.lastIndexOf('.') + 1), () => layer.apply(x, ctx));
  if (!collected.realSteps.has(y.id))
    collected.realSteps.set(y.id, realStepsOf(y, collected, realStepsOf(x, collected)));
  const { kind, config } = layer;
  const { parameters, buffers, container } = owner;
  collected.layers.push({ path, kind, config, output: y.shape, parameters, buffers, container });
  return y;
}

/**
 * The mark of a sequence, `inherited` if it fits, or that of the nearest marked tensor that x was computed from, if x still has
 * the batch and the steps of it.
 */
function realStepsOf(x: Tensor, { realSteps }: Collected, inherited: Tensor | null = null): Tensor | null {
  const fits = (real: Tensor): boolean => x.shape.length >= 2 && sameShape(real.shape, x.shape.slice(0, 2));
  if (inherited !== null && fits(inherited)) return inherited;
  const seen = new Set<number>([x.id]);
  const queue = [x];
  for (const y of queue) {
    const known = realSteps.get(y.id);
    if (known !== undefined) {
      if (known !== null && fits(known)) return known;
      continue; // a layer's output: what it was computed from is that layer's own business
    }
    for (const from of y.derivative?.inputs ?? []) {
      if (seen.has(from.id)) continue;
      seen.add(from.id);
      queue.push(from);
    }
  }
  return null;
}

function contextAt(path: string, owner: Owner, collected: Collected): Context {
  const join = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const layers = new Map<string, Layer>(); // by the name they are applied under here
  const names = new Map<Layer, string>();
  const counts = new Map<string, number>();
  const nameOf = (layer: Layer): string => {
    const known = names.get(layer);
    if (known !== undefined) return known;
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    names.set(layer, `${layer.kind}${count}`);
    return `${layer.kind}${count}`;
  };
  return {
    training: collected.training,
    path,
    apply(layer, x, name = nameOf(layer)) {
      const holder = layers.get(name) ?? layer;
      if (holder !== layer) throw takenName(path, name, holder, layer);
      layers.set(name, layer);
      owner.container = true;
      return applyAt(layer, x, join(name), collected);
    },
    scope: (name) => contextAt(join(name), owner, collected),
    parameter(name, shape, init, { decay = true, fans = fansOf(shape) } = {}) {
      const full = join(name);
      const known = collected.parameters.get(full);
      if (known !== undefined) {
        if (sameShape(known.shape, shape)) return known.tensor;
        throw sharedWithOtherShape(owner, full, known.shape, shape);
      }
      const tensor = graphParameter(full, shape);
      collected.parameters.set(full, { name: full, shape, init, fans, decay, tensor });
      owner.parameters.push(full);
      return tensor;
    },
    buffer(name, shape, initial) {
      const full = join(name);
      const known = collected.buffers.get(full);
      if (known !== undefined && !sameShape(known.shape, shape)) {
        throw sharedWithOtherShape(owner, full, known.shape, shape);
      }
      const buffer = known ?? { name: full, shape, initial, tensor: graphParameter(full, shape) };
      if (known === undefined) owner.buffers.push(full);
      collected.buffers.set(full, buffer);
      return {
        // A layer applied twice in a step goes on from what its first application left.
        value: buffer.next ?? buffer.tensor,
        update: (next) => void collected.buffers.set(full, { ...buffer, next }),
      };
    },
    randomMask(name, shape, keep) {
      let full = join(name);
      for (let again = 2; collected.masks.has(full); again++) full = join(`${name}${again}`);
      const tensor = graphInput(full, shape);
      collected.masks.set(full, { name: full, shape, keep, tensor });
      return tensor;
    },
    realSteps: (x) => realStepsOf(x, collected),
    markSteps: (x, real) => void collected.realSteps.set(x.id, real),
  };
}

function sharedWithOtherShape(owner: Owner, name: string, first: Shape, second: Shape): TuneError {
  return new TuneError(
    'shapeMismatch',
    `${owner.kind} at "${owner.path}" is applied twice and so shares its parameters, but ${name} was ${showShape(first)} ` +
      `at first and would be ${showShape(second)} now. Make a second layer instead of applying the same one again.`,
    { layer: owner.kind, path: owner.path, first, second },
  );
}

const takenName = (path: string, name: string, holder: Layer, layer: Layer): TuneError =>
  new TuneError(
    'duplicateName',
    `"${name}"${path === '' ? '' : ` in "${path}"`} is the name of a ${holder.kind} already and cannot be that of a ${layer.kind} too. ` +
      'Name it otherwise.',
    { path, name },
  );
