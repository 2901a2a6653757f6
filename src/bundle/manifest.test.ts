import { expect, test } from 'vitest';
import { readManifest, writeManifest, type Manifest } from './manifest.ts';

const content: Omit<Manifest, 'format' | 'formatVersion'> = {
  task: { kind: 'classification', classes: 2, labels: ['cat', 'dog'] },
  inputShape: [3, 8, 8],
  preprocessing: { kind: 'image', channels: 3, height: 8, width: 8, scale: 1 / 255, mean: [0.1, 0.2, 0.3] },
  metrics: { validation: { loss: 0.25, accuracy: 0.9, worst: Infinity, unknown: NaN } },
  provenance: {
    attune: '0.1.0',
    dataset: 'pets',
    study: 'demo',
    trial: 3,
    params: { learningRate: 0.001, optimizer: { kind: 'sgd', momentum: 0.9 } },
    seed: 42,
    createdAt: '2024-05-01T10:00:00.000Z',
  },
  model: { file: 'model.onnx', bytes: 12, sha256: 'ab'.repeat(32) },
};

const text = writeManifest(content);
const edited = (change: (json: Record<string, unknown>) => void): string => {
  const json = JSON.parse(text) as Record<string, unknown>; // our own text, an object
  change(json);
  return JSON.stringify(json);
};

test('what is written is read back, numbers that JSON lacks too', () => {
  expect(readManifest(text, 'm/bundle.json')).toEqual({ format: 'attune.bundle', formatVersion: 1, ...content });
});

test('a test metric and a table of columns are read back', () => {
  const table: typeof content = {
    ...content,
    task: { kind: 'regression', target: 'price' },
    inputShape: [4],
    preprocessing: {
      kind: 'table',
      columns: [
        { name: 'age', kind: 'number', mean: 1, std: 2, fill: 1, indicator: true },
        { name: 'town', kind: 'category', categories: ['Ulm', 'Bonn'], unknown: false },
      ],
    },
    metrics: { validation: { mse: 1 }, test: { mse: 2 } },
  };
  expect(readManifest(writeManifest(table), 'm/bundle.json')).toMatchObject(table);
});

test.each([
  ['cut off', text.slice(0, 100), 'm/bundle.json is not JSON'],
  ['of something else', '{"name":"attune"}', 'm/bundle.json is not the manifest of an attune bundle'],
  ['a list', '[]', 'm/bundle.json is not the manifest'],
  [
    'of a later version',
    edited((json) => (json.formatVersion = 2)),
    'm/bundle.json has format version 2, this attune reads up to 1: use a newer attune.',
  ],
  [
    'without labels',
    edited((json) => (json.task = { kind: 'classification', classes: 2 })),
    'damaged at "task.labels"',
  ],
  [
    'with an unknown kind of input',
    edited((json) => (json.preprocessing = { kind: 'video' })),
    'at "preprocessing.kind"',
  ],
  ['with a path for its model', edited((json) => (json.model = { file: '../x', bytes: 1 })), 'damaged at "model.file"'],
])('a manifest %s is refused with its path', (_, broken, message) => {
  expect(() => readManifest(broken, 'm/bundle.json')).toThrow(message);
});
