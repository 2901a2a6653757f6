/**
 * A graph compiled for running. Parameters are read from Variables. Updates that are elementwise at the end, as those of most
 * optimizers are, become kernels that run after the graph (elementwise.ts); the others are outputs of the graph, written into spare
 * buffers, which change places with the current ones when the run has succeeded. Numbers that change from step to step (the learning rate) are inputs,
 * so nothing is compiled twice, and one program serves every batch size.
 *
 * `run` computes on the calling thread and blocks it. The same feeds and variables give the same bits at a fixed number of threads.
 */
import type { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { resolveDim, sameShape, showShape, toOnnx, walk } from '#graph';
import type { Leaf, Shape, Tensor } from '#graph';
import { TuneError } from '#math';
import { convolutionsFor } from './convolutions.ts';
import { bindFeeds, wrap } from './feeds.ts';
import type { Feed } from './feeds.ts';
import { loadRuntime } from './runtime.ts';
import { bindKernels } from './kernels.ts';
import { createSession, runSession } from './session.ts';
import type { SessionOptions } from './session.ts';
import { arenaOf, slotsOf } from './variables.ts';
import type { Slot, Variables } from './variables.ts';

export interface Update {
  /** The variable. */
  readonly name: string;
  /** Its value after the step. */
  readonly next: Tensor;
}

export interface ProgramDefinition {
  /** float32 tensors to compute. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly updates?: readonly Update[];
}

export interface CompileOptions extends SessionOptions {
  readonly variables: Variables;
}

export interface Program {
  /** What must be fed. */
  readonly inputs: readonly Leaf[];
  /** The compiled graph; parameters are inputs of it, updates outputs called `next/…`, operands of kernels `kernel/…`. */
  readonly onnx: Uint8Array;
  /** Runs once: a number for each scalar output, else an array of the caller's own. */
  run(feeds?: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array | number>>;
  release(): Promise<void>;
}

export async function compile(
  { outputs, updates = [] }: ProgramDefinition,
  { variables, ...session }: CompileOptions,
): Promise<Program> {
  for (const [name, { dtype }] of Object.entries(outputs)) {
    if (dtype !== 'float32') {
      throw new TuneError('graphInvalid', `output "${name}" is ${dtype}; outputs are float32, use cast.`, {
        name,
        dtype,
      });
    }
  }
  const slots = slotsOf(variables);
  const arena = arenaOf(variables);
  const { leaves } = walk([...Object.values(outputs), ...updates.map(({ next }) => next)]);
  const inputs = leaves.filter(({ kind }) => kind === 'input');
  for (const { kind, name, shape } of leaves) if (kind === 'parameter') slotFor(slots, name, shape);
  for (const { name, next } of updates) slotFor(slots, name, next.shape);
  const { kernels, rest } = bindKernels(updates, variables);

  const results = Object.fromEntries(kernels.results.map(({ name, tensor }) => [name, tensor]));
  const next = Object.fromEntries(rest.map(({ name, next }) => [`next/${name}`, next]));
  const targets = { ...outputs, ...next, ...results };
  const used = walk(Object.values(targets)).leaves;
  const fed = new Set(used.filter(({ kind }) => kind === 'input').map(({ name }) => name));
  const reads = used
    .filter(({ kind }) => kind === 'parameter')
    .map(({ name, shape }) => ({ name, slot: slotFor(slots, name, shape) }));
  const writes = rest.map(({ name, next }) => ({ name: `next/${name}`, slot: slotFor(slots, name, next.shape) }));
  for (const { slot } of writes) slot.spare ??= new Float32Array(slot.current.length);

  const lower = await convolutionsFor(session.device ?? 'cpu', Object.values(targets));
  const onnx = toOnnx({ outputs: targets, lower });
  const runtime = await loadRuntime();
  // Weights that are inputs keep convolutions in the plain layout; 'all' would only move the pools between them to and fro.
  const compiled = await createSession(onnx, { optimization: 'extended', ...session });

  const wrapped = new WeakMap<Float32Array, RuntimeTensor>();
  const tensorOver = (buffer: Float32Array, shape: readonly number[]): RuntimeTensor => {
    const known = wrapped.get(buffer);
    if (known !== undefined) return known;
    const made = wrap(runtime, 'float32', buffer, shape);
    wrapped.set(buffer, made);
    return made;
  };
  let running = false;

  return {
    inputs,
    onnx,
    async run(feeds = {}) {
      if (running) throw new Error('internal: a program was started again before its last run had ended');
      const { tensors, symbols } = bindFeeds(runtime, inputs, feeds);
      const bound = Object.fromEntries(Object.entries(tensors).filter(([name]) => fed.has(name)));
      for (const { name, slot } of reads) bound[name] = tensorOver(slot.current, slot.shape);
      const answers: Record<string, Float32Array> = {};
      const fetches: Record<string, RuntimeTensor> = {};
      for (const [name, { shape }] of Object.entries(outputs)) {
        const dims = shape.map((dim) => resolveDim(dim, symbols));
        const data = new Float32Array(dims.reduce((total, dim) => total * dim, 1));
        answers[name] = data;
        fetches[name] = wrap(runtime, 'float32', data, dims);
      }
      for (const { name, slot } of writes) {
        if (slot.spare === null) throw new Error('internal: an updated variable without a second buffer');
        fetches[name] = tensorOver(slot.spare, slot.shape);
      }
      for (const { name, buffer, shape } of kernels.results) fetches[name] = tensorOver(buffer, shape);
      running = true;
      arena.users++;
      try {
        await runSession(compiled, bound, fetches);
      } finally {
        running = false;
        arena.users--;
      }
      kernels.run((name) => Number(tensors[name]?.data[0]));
      for (const { slot } of writes) {
        if (slot.spare === null) continue;
        if (slot.address === null) [slot.current, slot.spare] = [slot.spare, slot.current];
        else slot.current.set(slot.spare); // A kernel of another program expects it where it lies.
      }
      return Object.fromEntries(
        Object.entries(answers).map(([name, data]) => [
          name,
          outputs[name]?.shape.length === 0 ? (data[0] ?? NaN) : data,
        ]),
      );
    },
    release: () => compiled.release(),
  };
}

function slotFor(slots: ReadonlyMap<string, Slot>, name: string, shape: Shape): Slot {
  const slot = slots.get(name);
  if (slot === undefined) {
    throw new TuneError(
      'unknownName',
      `the graph uses the parameter "${name}", which is not declared in the variables.`,
      {
        name,
      },
    );
  }
  if (!sameShape(slot.shape, shape)) {
    throw new TuneError(
      'shapeMismatch',
      `parameter "${name}" is ${showShape(shape)} in the graph but ${showShape(slot.shape)} in the variables.`,
      { name },
    );
  }
  return slot;
}
