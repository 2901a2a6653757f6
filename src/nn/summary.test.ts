import { expect, test } from 'vitest';
import {
  batchNorm,
  conv2d,
  dense,
  embedding,
  flatten,
  lstm,
  maxPool2d,
  residual,
  sequential,
  summary,
  transformerEncoderBlock,
} from './index.ts';

test('the CIFAR-10 network has the parameters that Keras counts', () => {
  const model = sequential([
    conv2d(32, 3, { activation: 'relu' }),
    maxPool2d(2),
    conv2d(64, 3, { activation: 'relu' }),
    maxPool2d(2),
    flatten(),
    dense(128, { activation: 'relu' }),
    dense(10),
  ]);
  // By hand, as Keras does: 32·(3·9 + 1), 64·(32·9 + 1), (2304 + 1)·128, 129·10; 4 bytes each
  expect(summary(model, [3, 32, 32])).toBe(
    [
      'Layer (type)            Output shape     Parameters',
      '───────────────────────────────────────────────────',
      'conv2d1 (conv2d)        [B, 32, 30, 30]         896',
      'maxPool2d1 (maxPool2d)  [B, 32, 15, 15]           0',
      'conv2d2 (conv2d)        [B, 64, 13, 13]      18,496',
      'maxPool2d2 (maxPool2d)  [B, 64, 6, 6]             0',
      'flatten1 (flatten)      [B, 2304]                 0',
      'dense1 (dense)          [B, 128]            295,040',
      'dense2 (dense)          [B, 10]               1,290',
      '───────────────────────────────────────────────────',
      'Total parameters: 315,722 (1.20 MiB)',
      'Trainable: 315,722 (1.20 MiB)',
      'Not trainable: 0 (0 B)',
      'Multiply-adds of one sample: 4,188,800', // 900·32·27 + 169·64·288 + 2304·128 + 128·10
    ].join('\n'),
  );
});

test('running statistics are not trainable, nested layers show their path, shared ones count once', () => {
  const shared = dense(6);
  const model = sequential([batchNorm(), residual(sequential([shared, shared]))]);
  expect(summary(model, [6])).toBe(
    [
      'Layer (type)                   Output shape  Parameters',
      '───────────────────────────────────────────────────────',
      'batchNorm1 (batchNorm)         [B, 6]                24',
      'residual1.body.dense1 (dense)  [B, 6]                42',
      'residual1.body.dense1 (dense)  [B, 6]                 0',
      '───────────────────────────────────────────────────────',
      'Total parameters: 66 (264 B)',
      'Trainable: 54 (216 B)',
      'Not trainable: 12 (48 B)',
      'Multiply-adds of one sample: 72', // 6·6, twice
    ].join('\n'),
  );
});

test('a model of token sequences is shown by its layers, what is inside attention by its path', () => {
  const model = sequential([embedding(100, 8, { paddingId: 0 }), transformerEncoderBlock(2), lstm(4), dense(2)]);
  const table = summary(model, [5]);
  const row = (name: string): string =>
    table
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.replace(/ {2,}/g, ' | ') ?? '';
  // By hand: 100·8; 8·24 + 24; 4·4 (8 + 4 + 1) = 208; 4·2 + 2
  expect(row('embedding1 ')).toBe('embedding1 (embedding) | [B, 5, 8] | 800');
  expect(row('transformerEncoderBlock1.attention.project ')).toBe(
    'transformerEncoderBlock1.attention.project (dense) | [B, 5, 24] | 216',
  );
  expect(row('lstm1 ')).toBe('lstm1 (lstm) | [B, 4] | 208');
  // The block: 4·8² + 2·8·32 + 9·8 + 32 = 872
  expect(row('Total parameters')).toBe(
    `Total parameters: ${(800 + 872 + 208 + 10).toLocaleString('en-US')} (7.38 KiB)`,
  );
});

test('the steps of a recurrent layer are all counted', () => {
  // By hand: the projection of all steps 5·3·16, the state at each step 5·4·16, at the end 4·2
  expect(summary(sequential([lstm(4), dense(2)]), [5, 3])).toContain('Multiply-adds of one sample: 568');
});
