/** Default search spaces: each architecture with the hyperparameters that its literature varies, and how to build it from them. */
import { mobilenet, resnet, resnet9, resnetImagenet, unet, vgg, vit } from './images.ts';
import { ftTransformer, mlp, tabularResnet } from './tables.ts';
import { gruClassifier, lstmClassifier, seq2seqTransformer, textCnn, transformerEncoder } from './texts.ts';

export { type Architecture, architecture, type DataShape } from './architecture.ts';

/** By the name that `attune/nn` gives them: `architectures.textCnn.space`, `architectures.textCnn.build`. */
export const architectures = {
  ...{ mobilenet, resnet, resnet9, resnetImagenet, unet, vgg, vit },
  ...{ ftTransformer, mlp, tabularResnet },
  ...{ gruClassifier, lstmClassifier, seq2seqTransformer, textCnn, transformerEncoder },
};
