/**
 * Reads the two files of a bundle and checks that they belong together. What is missing or damaged is named by its path.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TuneError } from '#math';
import { isSystemError } from './folder.ts';
import { describeModel, type Manifest, MANIFEST_FILE, MODEL_FILE, readManifest } from './manifest.ts';

export async function readBundle(path: string): Promise<{ manifest: Manifest; onnx: Uint8Array }> {
  const manifestPath = join(path, MANIFEST_FILE);
  const manifest = readManifest(new TextDecoder().decode(await read(manifestPath, path)), manifestPath);
  const modelPath = join(path, MODEL_FILE);
  const onnx = await read(modelPath, path);
  const { bytes, sha256 } = describeModel(onnx);
  const damage =
    bytes !== manifest.model.bytes
      ? `it has ${bytes} bytes instead of ${manifest.model.bytes}`
      : sha256 !== manifest.model.sha256
        ? 'its checksum is not the one in bundle.json'
        : null;
  if (damage !== null) {
    throw new TuneError('bundle', `${modelPath} is damaged (${damage}): copy the bundle again or save it anew.`, {
      path: modelPath,
    });
  }
  return { manifest, onnx };
}

async function read(file: string, bundle: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const why =
      error.code === 'ENOENT' || error.code === 'ENOTDIR' ? 'does not exist' : `cannot be read: ${error.code}`;
    throw new TuneError('bundle', `${bundle} is not a saved model (${file} ${why}): give the folder of a bundle.`, {
      path: file,
    });
  }
}
