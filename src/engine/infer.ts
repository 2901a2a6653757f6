/**
 * Plain inference on a saved ONNX model: arrays with shapes in, arrays with shapes out.
 */
import type { InferenceSession } from 'onnxruntime-node';
import { TuneError } from '#math';
import { wrap } from './feeds.ts';
import { loadRuntime } from './runtime.ts';
import { createSession, runSession } from './session.ts';
import type { SessionOptions } from './session.ts';

export interface Value {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

export interface Model {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  run(feeds: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  release(): Promise<void>;
}

/** Loads a model from bytes or from a file, to run it many times. */
export async function loadModel(model: Uint8Array | string, options: SessionOptions = {}): Promise<Model> {
  const runtime = await loadRuntime();
  const session: InferenceSession = await createSession(model, options);
  return {
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(feeds) {
      for (const name of session.inputNames) {
        if (feeds[name] === undefined)
          throw new TuneError('feedInvalid', `nothing is fed to the input "${name}".`, { name });
      }
      const tensors = Object.fromEntries(
        Object.entries(feeds).map(([name, { data, shape }]) => [name, wrap(runtime, 'float32', data, shape)]),
      );
      const results = await runSession(session, tensors, session.outputNames);
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => {
          if (!(data instanceof Float32Array)) throw new TuneError('graphInvalid', `output "${name}" is not float32.`);
          return [name, { data, shape: dims }];
        }),
      );
    },
    release: () => session.release(),
  };
}

/** Loads, runs once, releases. */
export async function runOnnx(
  model: Uint8Array | string,
  feeds: Readonly<Record<string, Value>>,
  options: SessionOptions = {},
): Promise<Record<string, Value>> {
  const loaded = await loadModel(model, options);
  try {
    return await loaded.run(feeds);
  } finally {
    await loaded.release();
  }
}
