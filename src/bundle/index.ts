/** Saved models: the inference graph with its weights, the folder, loading it, predicting. */
export type { FolderFile } from './folder.ts';
export { inferenceGraph, type InferenceGraphOptions } from './inference-graph.ts';
export { type Bundle, loadBundle, type Prediction } from './load.ts';
export type { Manifest, Provenance } from './manifest.ts';
export { type FilePrediction, predictFile } from './predict.ts';
export { addTestMetrics, type BundleContent, saveBundle } from './save.ts';
