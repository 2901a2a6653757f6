/** Loads ONNX Runtime on first use: importing Attune stays light until something is computed. */
import type * as onnxruntime from 'onnxruntime-node';
import { TuneError } from '#math';

export type Runtime = typeof onnxruntime;

let loading: Promise<Runtime> | undefined;

export function loadRuntime(): Promise<Runtime> {
  loading ??= import('onnxruntime-node').then(quiet).catch((error: unknown) => {
    loading = undefined;
    throw new TuneError(
      'engineMissing',
      `onnxruntime-node cannot be loaded: ${messageOf(error)}. Install it with: npm install onnxruntime-node`,
    );
  });
  return loading;
}

/** What goes wrong arrives as an exception; stderr belongs to the command line. */
function quiet(runtime: Runtime): Runtime {
  runtime.env.logLevel = 'fatal';
  return runtime;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
