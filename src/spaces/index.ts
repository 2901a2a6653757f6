/** Default search spaces: each architecture with the hyperparameters that its literature varies, and how to build it from them. */
import * as images from './images.ts';
import * as tables from './tables.ts';
import * as texts from './texts.ts';

export { type Architecture, architecture, type DataShape } from './architecture.ts';

/** By the name that `attune/nn` gives them: `architectures.textCnn.space`, `architectures.textCnn.build`. */
export const architectures = { ...images, ...tables, ...texts };
