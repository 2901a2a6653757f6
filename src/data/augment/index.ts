/** Augmentations of rows and of batches. */
export { type Augmentation, type Augmenter, checkChain, createAugmenter, type Sample } from './augmentation.ts';
export { colorJitter } from './colour.ts';
export { cutout } from './cutout.ts';
export { flip, paddedCrop, quarterTurns, rotate, translate } from './geometry.ts';
export { type BatchMix, cutMix, type Mixed, mixup } from './mix.ts';
export { noise } from './noise.ts';
export { randAugment } from './rand-augment.ts';
export { type AugmentedSamplesOptions, augmentedSamplesPng, writeAugmentedSamples } from './samples-picture.ts';
export { backgroundNoise, pitchShift, specAugment, type SpecAugmentOptions, timeShift } from './spectrogram.ts';
export { randomMask, tokenDropout } from './tokens.ts';
