/** Data sets: loading, splitting, encoding, batching. */
export { batches } from './batches.ts';
export type {
  ArrayPreprocessing,
  CategoryColumn,
  Dataset,
  DatasetProfile,
  Encoder,
  FeatureProfile,
  ImagePreprocessing,
  NumberColumn,
  Preprocessing,
  Split,
  TablePreprocessing,
  Task,
} from './dataset.ts';
export { loadDigits } from './digits.ts';
export { fromArrays, type ArrayPart, type FromArraysOptions } from './from-arrays.ts';
export type { Normalization } from './image-set.ts';
export { splitIndices, trainValidation, type SplitIndices, type SplitOptions } from './split.ts';
