/**
 * Spaces of architectures for tables, and of the perceptron: those of Gorishniy et al. 2021, arXiv:2106.11959, appendix on tuning, for data sets of their group
 * "A" (the smaller ranges). Departs from the paper: dropout of residuals may be 0 within its range, not by a choice of its own, and a perceptron has
 * 16 units or more in a layer, not 1.
 */
import { ftTransformer as createFtTransformer, mlp as createMlp, tabularResnet as createTabularResnet } from '#nn';
import { choice, float, int } from '#space';
import { architecture } from './architecture.ts';

/** Table "MLP": 1 to 8 layers of the same number of units up to 512, dropout up to 0.5. */
export const mlp = architecture(
  {
    layers: int(1, 8, { default: 2 }),
    units: int(16, 512, { log: true, default: 256 }),
    dropout: float(0, 0.5, { default: 0 }),
  },
  ({ layers, units, dropout }, { classes }) =>
    createMlp(classes, { hidden: Array.from({ length: layers }, () => units), dropout }),
);

/** Table "ResNet": 1 to 8 blocks of 64 to 512 features, 1 to 4 times as many hidden units, dropout up to 0.5. */
export const tabularResnet = architecture(
  {
    blocks: int(1, 8, { default: 2 }),
    features: int(64, 512, { log: true, default: 128 }),
    hiddenFactor: float(1, 4, { default: 2 }),
    dropout: float(0, 0.5, { default: 0.2 }),
    residualDropout: float(0, 0.5, { default: 0 }),
  },
  ({ hiddenFactor, features, ...options }, { classes }) =>
    createTabularResnet(classes, { ...options, features, hidden: Math.round(hiddenFactor * features) }),
);

/** Table "FT-Transformer": 1 to 4 blocks of 64 to 512 features (here multiples of the 8 heads, up to 256), hidden units ⅔ to 8⁄3 as many, dropouts. */
export const ftTransformer = architecture(
  {
    blocks: int(1, 4, { default: 3 }),
    features: choice([64, 96, 128, 192, 256], { default: 192 }),
    hiddenFactor: float(2 / 3, 8 / 3, { default: 4 / 3 }),
    attentionDropout: float(0, 0.5, { default: 0.2 }),
    dropout: float(0, 0.5, { default: 0.1 }),
    residualDropout: float(0, 0.2, { default: 0 }),
  },
  ({ hiddenFactor, features, ...options }, { classes, columns }) =>
    createFtTransformer(classes, {
      ...options,
      features,
      hidden: Math.round(hiddenFactor * features),
      ...(columns && { columns }),
    }),
);
