/**
 * Saves a model as a folder: `model.onnx` (see inference-graph.ts) and `bundle.json` (see manifest.ts).
 */
import { writeFolder } from './folder.ts';
import { describeModel, type Manifest, MANIFEST_FILE, MODEL_FILE, type Provenance, writeManifest } from './manifest.ts';
import { readBundle } from './read.ts';

export interface BundleContent {
  /** Of `inferenceGraph`. */
  readonly onnx: Uint8Array;
  readonly task: Manifest['task'];
  readonly inputShape: readonly number[];
  /** Of the encoder that the model was trained with. */
  readonly preprocessing: Manifest['preprocessing'];
  readonly metrics: {
    readonly validation: Readonly<Record<string, number>>;
    readonly test?: Readonly<Record<string, number>>;
  };
  readonly provenance: Provenance;
}

/** Writes the folder as a whole; a bundle that is there already is replaced. */
export async function saveBundle(path: string, content: BundleContent): Promise<void> {
  const { onnx, ...described } = content;
  await writeFolder(
    path,
    [
      { name: MODEL_FILE, content: onnx },
      { name: MANIFEST_FILE, content: writeManifest({ ...described, model: describeModel(onnx) }) },
    ],
    MANIFEST_FILE,
  );
}

/** Adds the scores on the held-out split, known only when a search has ended, to a saved bundle. */
export async function addTestMetrics(path: string, test: Readonly<Record<string, number>>): Promise<void> {
  const { manifest, onnx } = await readBundle(path);
  const { task, inputShape, preprocessing, metrics, provenance } = manifest;
  await saveBundle(path, { onnx, task, inputShape, preprocessing, metrics: { ...metrics, test }, provenance });
}
