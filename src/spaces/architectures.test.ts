/** Every architecture has a space; whatever is drawn from it builds a model that fits its data, and its middle is what the architecture is by itself. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRng } from '#math';
import * as nn from '#nn';
import { sampleUniform, space } from '#space';
import { architectures, type DataShape } from './index.ts';

const pictures = (size: number): DataShape => ({
  name: 'pictures',
  classes: 7,
  inputShape: [3, size, size],
  task: { kind: 'classification', classes: 7, labels: [...'abcdefg'] },
});
const texts: DataShape = { ...pictures(1), name: 'texts', inputShape: [12], vocabulary: 30 };
const table: DataShape = { ...pictures(1), name: 'table', inputShape: [6], columns: [1, 2, 3] };
const pairs: DataShape = {
  ...texts,
  name: 'pairs',
  classes: 40,
  inputShape: [12 + 9],
  task: { kind: 'sequence', length: 9, vocabulary: 40 },
};

const data: Readonly<Record<keyof typeof architectures, DataShape>> = {
  vgg: pictures(32),
  resnet: pictures(16),
  resnetImagenet: pictures(64),
  resnet9: pictures(16),
  mobilenet: pictures(32),
  vit: pictures(16),
  unet: pictures(16),
  mlp: table,
  tabularResnet: table,
  ftTransformer: table,
  textCnn: texts,
  lstmClassifier: texts,
  gruClassifier: texts,
  transformerEncoder: texts,
  seq2seqTransformer: pairs,
};
const all = Object.entries(architectures);
const shapeOf = (name: string): DataShape => data[name as keyof typeof architectures]; // names are those of the table

test('every file of an architecture has its space, or spaces', () => {
  const files = readdirSync(join(import.meta.dirname, '../nn/architectures')).filter(
    (file) => !/\.test\.ts$/.test(file),
  );
  const camel = (file: string): string =>
    file.replace(/\.ts$/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const helpers = ['convBlock', 'tableInputs', 'tokens'];
  const [resnets, recurrent] = [
    ['resnet', 'resnetImagenet'],
    ['lstmClassifier', 'gruClassifier'],
  ];
  const expected = files
    .map(camel)
    .filter((kind) => !helpers.includes(kind))
    .flatMap((kind) => (kind === 'resnet' ? resnets : kind === 'recurrentClassifier' ? recurrent : [kind]));
  expect(all.map(([name]) => name).sort()).toEqual(expected.sort());
});

const wanted = (shape: DataShape): readonly (string | number)[] => {
  if (shape.task.kind === 'sequence') return ['B', shape.task.length, shape.task.vocabulary];
  return ['B', shape.classes];
};

test.each(all)('whatever is drawn from the space of %s is a model of its data', (name, { space: fields, build }) => {
  const searched = space(fields);
  const rng = createRng(name);
  for (let k = 0; k < 8; k++) {
    const params = sampleUniform(searched, rng.fork(k));
    const model = (build as (params: unknown, data: DataShape) => nn.Layer)(params, shapeOf(name)); // each takes what its own space gives
    const { output } = nn.trace(model, shapeOf(name).inputShape, { training: true });
    expect(output.shape).toEqual(name === 'unet' ? ['B', 7, 16, 16] : wanted(shapeOf(name)));
  }
});

test('the same model is built beside hyperparameters of other parts', () => {
  const { space: fields, build } = architectures.textCnn;
  const params = sampleUniform(space(fields), createRng(1));
  const names = (model: nn.Layer) => nn.trace(model, [12]).parameters.map(({ name, shape }) => [name, shape]);
  expect(names(build({ ...params, ...{ learningRate: 0.1, units: 3 } }, texts))).toEqual(names(build(params, texts)));
});

test('data of another kind is refused by name', () => {
  const { textCnn, seq2seqTransformer, ftTransformer } = architectures;
  expect(() => textCnn.build({ features: 50, window: 3, neighbours: 1, filters: 50, dropout: 0 }, table)).toThrow(
    'textCnn wants texts, whose words are numbered; table has no vocabulary.',
  );
  const sizes = { blocks: 1, features: 64, headFeatures: 16, hiddenFactor: 2, dropout: 0 } as const;
  expect(() => seq2seqTransformer.build(sizes, texts)).toThrow(
    'seq2seqTransformer wants pairs of texts ({ pairs: … }); texts has none.',
  );
  const model = ftTransformer.build(
    { blocks: 1, features: 64, hiddenFactor: 1, attentionDropout: 0, dropout: 0, residualDropout: 0 },
    table,
  );
  // Columns of 1, 2 and 3 inputs are three tokens.
  expect(nn.trace(model, [6]).parameters.find(({ name }) => name.endsWith('columnTokens1.bias'))?.shape).toEqual([
    3, 64,
  ]);
});
