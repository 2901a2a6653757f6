/**
 * Saves a model as a folder: `model.onnx` (see inference-graph.ts) and `bundle.json` (see manifest.ts).
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderFile, writeFolder } from './folder.ts';
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

/** Writes the folder as a whole, with `files` of the caller beside the model; a bundle that is there already is replaced. */
export async function saveBundle(
  path: string,
  content: BundleContent,
  files: readonly FolderFile[] = [],
): Promise<void> {
  const { onnx, ...described } = content;
  await writeFolder(
    path,
    [
      { name: MODEL_FILE, content: onnx },
      { name: MANIFEST_FILE, content: writeManifest({ ...described, model: describeModel(onnx) }) },
      ...files,
    ],
    MANIFEST_FILE,
  );
}

/** Adds the scores on the held-out split, known only when a search has ended, to a saved bundle; its other files stay. */
export async function addTestMetrics(path: string, test: Readonly<Record<string, number>>): Promise<void> {
  const { manifest, onnx } = await readBundle(path);
  const { task, inputShape, preprocessing, metrics, provenance } = manifest;
  const others = (await readdir(path)).filter((name) => name !== MODEL_FILE && name !== MANIFEST_FILE);
  const files = await Promise.all(others.map(async (name) => ({ name, content: await readFile(join(path, name)) })));
  await saveBundle(path, { onnx, task, inputShape, preprocessing, metrics: { ...metrics, test }, provenance }, files);
}
