/** Sessions of ONNX Runtime; its errors become ours. */
import type * as onnxruntime from 'onnxruntime-node';
import { TuneError } from '#math';
import { type Device, requireDevice } from './device.ts';
import { loadRuntime, messageOf } from './runtime.ts';

export interface SessionOptions {
  /** 1 by default: parallel trials use the cores better than threads within one, and results stay bit-identical. */
  readonly threads?: number;
  /** Default 'cpu', the only one whose results are the same to the bit from run to run. */
  readonly device?: Device;
  /** 'all' also changes the memory layout for convolutions by constant weights. */
  readonly optimization?: 'extended' | 'all';
}

/** A session that runs nodes one after another. `model` is bytes or the path of a file. */
export async function createSession(
  model: Uint8Array | string,
  { threads = 1, device = 'cpu', optimization = 'all' }: SessionOptions = {},
): Promise<onnxruntime.InferenceSession> {
  await requireDevice(device);
  const { InferenceSession } = await loadRuntime();
  const options: onnxruntime.InferenceSession.SessionOptions = {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: optimization,
    logSeverityLevel: 4, // What goes wrong arrives as an exception; stderr belongs to the command line.
  };
  try {
    return typeof model === 'string'
      ? await InferenceSession.create(model, options)
      : await InferenceSession.create(model, options);
  } catch (error) {
    throw new TuneError('graphRejected', `ONNX Runtime rejects the graph: ${messageOf(error)}`, { device });
  }
}

/** Runs a session; a failure names the node that failed. */
export async function runSession(
  session: onnxruntime.InferenceSession,
  feeds: onnxruntime.InferenceSession.FeedsType,
  fetches: onnxruntime.InferenceSession.FetchesType,
): Promise<onnxruntime.InferenceSession.ReturnType> {
  try {
    return await session.run(feeds, fetches);
  } catch (error) {
    throw new TuneError('graphFailed', `the graph failed while running: ${messageOf(error)}`);
  }
}
