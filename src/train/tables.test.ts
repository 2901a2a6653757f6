/** Learning from real tables: each architecture for rows of columns on a part of two of them, where the files are at hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Dataset, loadDataset } from '#data';
import { ftTransformer, type Layer, mlp, tabularResnet } from '#nn';
import { adamw } from '#optim';
import { fit } from './fit.ts';

const shared = process.env['ATTUNE_DATA_DIR'];
const at = (path: string): string => join(shared ?? '', path);

const models: Readonly<Record<string, (data: Dataset) => Layer>> = {
  mlp: (data) => mlp(data.classes, { hidden: [64, 64], dropout: 0.1 }),
  tabularResnet: (data) => tabularResnet(data.classes, { features: 64, blocks: 2 }),
  ftTransformer: (data) => ftTransformer(data.classes, { ...columnsOf(data), features: 32, heads: 4, blocks: 1 }),
};
const columnsOf = ({ columns }: Dataset) => (columns === undefined ? {} : { columns });

/** Validation metrics after four epochs of 4,000 rows, judged on 2,000 others; both from all over the file. */
async function learn(dataset: Dataset, model: Layer): Promise<Readonly<Record<string, number>>> {
  const rows = Int32Array.from({ length: 6000 }, (_, i) => (i * 7919) % dataset.train.size); // a prime that divides no size
  const { values } = await fit({
    model,
    dataset,
    trainIndices: rows.slice(0, 4000),
    validationIndices: rows.slice(4000),
    seed: 1,
    config: { optimizer: adamw({ learningRate: 2e-3 }), batchSize: 64, epochs: 4 },
  });
  return values;
}

describe.skipIf(shared === undefined || !existsSync(at('adult')))(
  'real tables (skipped without ATTUNE_DATA_DIR)',
  () => {
    const sets = new Map<string, Dataset>();
    const set = (name: string): Dataset => {
      const dataset = sets.get(name);
      if (dataset === undefined) throw new Error(`no set ${name}`);
      return dataset;
    };
    beforeAll(async () => {
      const houses = { csv: at('california_housing/housing.csv'), test: 0, target: 'median_house_value' };
      sets.set('adult', await loadDataset({ csv: at('adult/train.csv'), test: 0, target: 'income' }));
      sets.set('houses', await loadDataset(houses));
    });

    test.each(Object.entries(models))('%s tells incomes of the census apart', async (_name, model) => {
      const { accuracy } = await learn(set('adult'), model(set('adult')));
      // 0.76 of the rows are the larger class, with a standard error of 0.01 on 2,000 rows: four of them above it.
      expect(accuracy).toBeGreaterThan(0.8);
    });

    test.each(Object.entries(models))('%s tells what houses cost', async (_name, model) => {
      const { r2 } = await learn(set('houses'), model(set('houses')));
      // The mean of the training rows explains nothing of the others: 0.
      expect(r2).toBeGreaterThan(0.55);
    });
  },
);
