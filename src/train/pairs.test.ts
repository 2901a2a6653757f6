/** Learning from real pairs of sentences: captions of pictures in English and German, where the files are at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDataset } from '#data';
import { seq2seqTransformer } from '#nn';
import { adam } from '#optim';
import { fit } from './fit.ts';

const shared = process.env['ATTUNE_DATA_DIR'];
const at = (name: string): string => join(shared ?? '', 'multi30k', name);

describe.skipIf(shared === undefined || !existsSync(at('val.en')))(
  'real pairs (skipped without ATTUNE_DATA_DIR)',
  () => {
    test('seq2seqTransformer foretells words of held-out captions', { timeout: 240_000 }, async () => {
      const dataset = await loadDataset({ pairs: [at('val.en'), at('val.de')], test: 0, maxLength: 16 });
      const { task, vocabulary = 0, inputShape, train } = dataset;
      if (task.kind !== 'sequence') throw new Error('no pairs');
      const model = seq2seqTransformer({
        vocabulary,
        targetVocabulary: task.vocabulary,
        sourceLength: (inputShape[0] ?? 0) - task.length,
        features: 32,
        blocks: 1,
        heads: 2,
        hidden: 64,
        dropout: 0,
      });
      const rows = Int32Array.from({ length: train.size }, (_, i) => i);
      const { history, values } = await fit({
        model,
        dataset,
        trainIndices: rows.filter((i) => i % 5 !== 0),
        validationIndices: rows.filter((i) => i % 5 === 0),
        seed: 1,
        config: { optimizer: adam({ learningRate: 5e-3 }), batchSize: 32, epochs: 4 },
      });
      // Always the most frequent number (the unknown word) is right for 0.105 of the tokens.
      expect(values['accuracy']).toBeGreaterThan(0.3);
      expect(history.at(-1)?.trainLoss).toBeLessThan((history[0]?.trainLoss ?? 0) - 1);
    });
  },
);
