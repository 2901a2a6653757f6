/**
 * Loads ONNX Runtime on first use and turns its errors into ours. Importing Attune stays light until something is computed.
 */
import type * as onnxruntime from 'onnxruntime-node';
import { TuneError } from '#math';

export type Runtime = typeof onnxruntime;

let loading: Promise<Runtime> | undefined;

export function loadRuntime(): Promise<Runtime> {
  loading ??= import('onnxruntime-node').catch((error: unknown) => {
    loading = undefined;
    throw new TuneError(
      'engineMissing',
      `onnxruntime-node cannot be loaded: ${messageOf(error)}. Install it with: npm install onnxruntime-node`,
    );
  });
  return loading;
}

export interface SessionOptions {
  /** 1 by default: parallel trials use the cores better than threads within one, and results stay bit-identical. */
  readonly threads?: number;
  /** An execution provider of ONNX Runtime. */
  readonly device?: string;
  /** 'all' also changes the memory layout for convolutions by constant weights. */
  readonly optimization?: 'extended' | 'all';
}

/** A session that runs nodes one after another. `model` is bytes or the path of a file. */
export async function createSession(
  model: Uint8Array | string,
  { threads = 1, device = 'cpu', optimization = 'all' }: SessionOptions = {},
): Promise<onnxruntime.InferenceSession> {
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

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
