/** Data sets: loading, splitting, encoding, batching. */
export {
  type Augmentation,
  type AugmentedSamplesOptions,
  type Augmenter,
  backgroundNoise,
  type BatchMix,
  checkChain,
  colorJitter,
  createAugmenter,
  cutMix,
  cutout,
  flip,
  type Mixed,
  mixup,
  noise,
  paddedCrop,
  pitchShift,
  quarterTurns,
  randAugment,
  randomMask,
  rotate,
  type Sample,
  specAugment,
  type SpecAugmentOptions,
  timeShift,
  tokenDropout,
  translate,
  writeAugmentedSamples,
} from './augment/index.ts';
export type { AudioFolderSpec, NameFilter } from './audio/audio-folder.ts';
export { batches } from './batches.ts';
export type { CsvSpec } from './csv.ts';
export type {
  ArrayPreprocessing,
  AudioPreprocessing,
  CategoryColumn,
  Dataset,
  DatasetProfile,
  Encoder,
  FeatureProfile,
  ImagePreprocessing,
  NumberColumn,
  PairPreprocessing,
  Preprocessing,
  Split,
  TablePreprocessing,
  Task,
  TextPreprocessing,
} from './dataset.ts';
export { placeIn, targetShape } from './dataset.ts';
export type { DownloadProgress } from './download.ts';
export { encodeInput, readRecords } from './encode-input.ts';
export { fromArrays, type ArrayPart, type FromArraysOptions } from './from-arrays.ts';
export type { ImageFolderSpec } from './image-folder.ts';
export type { MaskFolderSpec } from './mask-folder.ts';
export type { Normalization } from './image-set.ts';
export type { PairFiles, PairSpec } from './pair-files.ts';
export { targetMarks, targetTokens } from './pair-set.ts';
export { dataDirs, userCacheDir } from './paths.ts';
export {
  fetchDataset,
  listDatasets,
  loadDataset,
  type DatasetInfo,
  type DatasetSpec,
  type LoadOptions,
  type NamedSpec,
} from './registry.ts';
export type { TextSpec } from './text.ts';
export { tokenize } from './tokenize.ts';
export { splitIndices, trainValidation, type SplitIndices, type SplitOptions } from './split.ts';
