/** Spaces of architectures for images [channels, height, width]. What a size needs (VGG 32 pixels, U-Net and ViT sides that divide) is said by the architecture. */
import {
  mobilenet as createMobilenet,
  resnet as createResnet,
  resnet9 as createResnet9,
  unet as createUnet,
  vgg as createVgg,
  vit as createVit,
} from '#nn';
import { choice, float, int } from '#space';
import { architecture } from './architecture.ts';

/** Simonyan & Zisserman 2015, arXiv:1409.1556, table 1: 11 to 19 layers, dropout ½. Departs from it: narrower ones for small pictures, and less dropout. */
export const vgg = architecture(
  {
    depth: choice([11, 13, 16, 19], { default: 11 }),
    width: choice([0.125, 0.25, 0.5, 1], { default: 0.25 }),
    dropout: float(0, 0.5, { default: 0.5 }),
  },
  (options, { classes }) => createVgg(classes, options),
);

/** He et al. 2016, arXiv:1512.03385, table 6: for small pictures, 6n + 2 layers; without the 110, which takes hours on a processor. */
export const resnet = architecture({ depth: choice([20, 32, 44, 56], { default: 20 }) }, ({ depth }, { classes }) =>
  createResnet(classes, { depth }),
);

/** He et al. 2016, table 1: for pictures of 64 pixels and more. */
export const resnetImagenet = architecture(
  { depth: choice([18, 34, 50, 101], { default: 18 }) },
  ({ depth }, { classes }) => createResnet(classes, { stem: 'imagenet', depth }),
);

/** Page 2018: 64 channels. Zagoruyko & Komodakis 2016, arXiv:1605.07146, §3: what widens residual networks most helps them, dropout up to 0.3 as there. */
export const resnet9 = architecture(
  { width: choice([8, 16, 32, 64], { default: 16 }), dropout: float(0, 0.3, { default: 0 }) },
  (options, { classes }) => createResnet9(classes, options),
);

/** Sandler et al. 2018, arXiv:1801.04381, §6.1: 0.35 to 1.4 times the channels; dropout 0.2 as torchvision has it; the rest Howard et al. 2019, arXiv:1905.02244. */
export const mobilenet = architecture(
  {
    width: choice([0.35, 0.5, 0.75, 1, 1.4], { default: 0.5 }),
    dropout: float(0, 0.4, { default: 0.2 }),
    squeeze: choice([false, true], { default: false }),
    activation: choice(['relu', 'silu'], { default: 'relu' }),
  },
  (options, { classes }) => createMobilenet(classes, options),
);

/**
 * Steiner et al. 2021, arXiv:2106.10270, §3: dropout 0 or 0.1; heads of 64 features as Dosovitskiy et al. 2021. For small pictures Hassani et al. 2021,
 * arXiv:2104.05704, table 1 (ViT-Lite): patches of 4, 6 or 7 layers; here from 2 on.
 */
export const vit = architecture(
  {
    patch: choice([2, 4, 8], { default: 4 }),
    heads: int(1, 4, { default: 3 }),
    layers: int(2, 8, { default: 6 }),
    dropout: float(0, 0.1, { default: 0 }),
  },
  ({ heads, ...options }, { classes }) => createVit(classes, { ...options, heads, features: 64 * heads }),
);

/** Ronneberger et al. 2015, arXiv:1505.04597: 64 filters, 4 times down. Isensee et al. 2021 (nnU-Net) begin with 32; from 8 on they train on a processor. */
export const unet = architecture(
  { width: choice([8, 16, 32, 64], { default: 16 }), depth: int(2, 4, { default: 3 }) },
  (options, { classes }) => createUnet(classes, options),
);
