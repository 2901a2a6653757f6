/** Spaces of architectures for token sequences. `build` wants data with a vocabulary: texts, or pairs of texts for `seq2seqTransformer`. */
import { TuneError } from '#math';
import {
  gruClassifier as createGruClassifier,
  lstmClassifier as createLstmClassifier,
  seq2seqTransformer as createSeq2SeqTransformer,
  textCnn as createTextCnn,
  transformerEncoder as createTransformerEncoder,
} from '#nn';
import { choice, float, int } from '#space';
import { architecture, type DataShape } from './architecture.ts';

/** Sizes of word vectors that are published for English: Pennington et al. 2014 (GloVe), 50 to 300. */
const features = choice([50, 100, 128, 200, 300], { default: 128 });

/**
 * Zhang & Wallace 2015, arXiv:1510.03820, §4: one good window of 1 to 10 words and its neighbours side by side, 100 to 600 filters for each window, dropout
 * up to 0.5. Departs from it: filters from 50, as their gain is small beside their cost.
 */
export const textCnn = architecture(
  {
    features,
    window: int(1, 10, { default: 4 }),
    neighbours: int(0, 1, { default: 1 }),
    filters: int(50, 600, { log: true, default: 100 }),
    dropout: float(0, 0.5, { default: 0.5 }),
  },
  ({ window, neighbours, ...options }, data) => {
    const windows = Array.from({ length: 2 * neighbours + 1 }, (_, i) => window - neighbours + i).filter((w) => w >= 1);
    return createTextCnn(data.classes, { ...options, windows, vocabulary: vocabularyOf('textCnn', data) });
  },
);

/** Reimers & Gurevych 2017, arXiv:1707.06799, §5: 1 to 3 layers, about 25 to 125 units in each direction, dropout up to 0.5. Here up to 256 units. */
const recurrent = {
  features,
  units: int(25, 256, { log: true, default: 64 }),
  layers: int(1, 3, { default: 1 }),
  dropout: float(0, 0.5, { default: 0.5 }),
};

export const lstmClassifier = architecture(recurrent, (options, data) =>
  createLstmClassifier(data.classes, { ...options, vocabulary: vocabularyOf('lstmClassifier', data) }),
);

export const gruClassifier = architecture(recurrent, (options, data) =>
  createGruClassifier(data.classes, { ...options, vocabulary: vocabularyOf('gruClassifier', data) }),
);

/**
 * Vaswani et al. 2017, arXiv:1706.03762, table 3: 2 to 8 blocks, heads of 16 to 64 features, hidden units 2 to 4 times the features, dropout up to 0.3. Departs
 * from it: from 1 block and 64 features on (the smallest of Turc et al. 2019, arXiv:1908.08962, have 2 and 128), up to 6 and 256, which train on a processor.
 */
const transformer = {
  blocks: int(1, 6, { default: 2 }),
  features: choice([64, 128, 256], { default: 128 }),
  headFeatures: choice([16, 32, 64], { default: 32 }),
  hiddenFactor: choice([2, 4], { default: 4 }),
  dropout: float(0, 0.3, { default: 0.1 }),
};

interface TransformerSizes {
  readonly features: number;
  readonly headFeatures: number;
  readonly hiddenFactor: number;
}

const sizesOf = ({ features: size, headFeatures, hiddenFactor }: TransformerSizes) => ({
  features: size,
  heads: size / headFeatures,
  hidden: hiddenFactor * size,
});

export const transformerEncoder = architecture(transformer, ({ blocks, dropout, ...sizes }, data) =>
  createTransformerEncoder(data.classes, {
    ...sizesOf(sizes),
    blocks,
    dropout,
    vocabulary: vocabularyOf('transformerEncoder', data),
  }),
);

export const seq2seqTransformer = architecture(transformer, ({ blocks, dropout, ...sizes }, data) => {
  const { task, inputShape, name } = data;
  if (task.kind !== 'sequence')
    throw new TuneError('architecture', `seq2seqTransformer wants pairs of texts ({ pairs: … }); ${name} has none.`);
  return createSeq2SeqTransformer({
    ...sizesOf(sizes),
    blocks,
    dropout,
    vocabulary: vocabularyOf('seq2seqTransformer', data),
    targetVocabulary: task.vocabulary,
    sourceLength: (inputShape[0] ?? 0) - task.length,
  });
});

function vocabularyOf(kind: string, { name, vocabulary }: DataShape): number {
  if (vocabulary !== undefined) return vocabulary;
  throw new TuneError('architecture', `${kind} wants texts, whose words are numbered; ${name} has no vocabulary.`);
}
