/** Learning from real sentences: each architecture for text on a part of SST-2, where the files are at hand. */
import { describe, expect, test } from 'vitest';
import { loadDataset } from '#data';
import { gruClassifier, type Layer, lstmClassifier, textCnn, transformerEncoder } from '#nn';
import { adam } from '#optim';
import { fit } from './fit.ts';

const shared = process.env['ATTUNE_DATA_DIR'];

describe.skipIf(shared === undefined)('real sentences (skipped without ATTUNE_DATA_DIR)', () => {
  const small = { features: 32, dropout: 0.2 };
  test.each<[string, (vocabulary: number) => Layer]>([
    ['textCnn', (vocabulary) => textCnn(2, { vocabulary, ...small, windows: [1, 2], filters: 32 })],
    ['lstmClassifier', (vocabulary) => lstmClassifier(2, { vocabulary, ...small, units: 16 })],
    ['gruClassifier', (vocabulary) => gruClassifier(2, { vocabulary, ...small, units: 16 })],
    [
      'transformerEncoder',
      (vocabulary) => transformerEncoder(2, { vocabulary, ...small, blocks: 1, heads: 2, hidden: 64 }),
    ],
  ])(
    '%s tells good reviews from bad ones after three epochs of 4,000 sentences',
    async (_name, model) => {
      const dataset = await loadDataset('sst2', { dataDirs: [shared ?? ''] });
      const { values } = await fit({
        model: model(dataset.vocabulary ?? 0),
        dataset,
        trainIndices: Int32Array.from({ length: 4000 }, (_, i) => i),
        validationIndices: dataset.validation ?? new Int32Array(),
        seed: 1,
        config: { optimizer: adam({ learningRate: 3e-3 }), batchSize: 32, epochs: 3 },
      });
      // Half of the 872 sentences are good: chance is 0.51 with a standard error of 0.017, so this is nine of them away.
      expect(values['accuracy']).toBeGreaterThan(0.66);
    },
    240_000,
  );
});
