import { expect, test } from 'vitest';
import { isTuneError } from '#math';
import {
  activation,
  averagePool2d,
  batchNorm,
  concatenate,
  conv1d,
  conv2d,
  convTranspose2d,
  dense,
  dropout,
  embedding,
  flatten,
  functional,
  globalAveragePool2d,
  groupNorm,
  layerNorm,
  type Layer,
  maxPool2d,
  multiHeadAttention,
  residual,
  sequential,
  spatialDropout,
  trace,
  transformerEncoderBlock,
  upsample2d,
} from './index.ts';

const failure = (act: () => unknown): { code: string; message: string } => {
  try {
    act();
  } catch (error) {
    if (isTuneError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('nothing was refused');
};

// Each message: the layer by kind and path, the shape it got, the shape it wants, what to do.
const wrongShapes: readonly (readonly [string, Layer, readonly number[], string])[] = [
  [
    'dense on an image',
    sequential([conv2d(8, 3), dense(10)]),
    [3, 32, 32],
    'dense at "dense1" wants vectors [B, features] or sequences [B, T, features]; got [B, 8, 30, 30]. ' +
      'Put flatten() or globalAveragePool2d() before it.',
  ],
  [
    'a kernel larger than the image',
    sequential([conv2d(8, 3), maxPool2d(2), conv2d(8, 3)]),
    [1, 6, 6],
    'conv2d at "conv2d2" wants an image at least as large as its window [3, 3]; got [B, 8, 2, 2]. ' +
      "Use a smaller window, padding 'same', or fewer poolings and strides before it.",
  ],
  [
    'a dilated kernel larger than the image',
    conv2d(8, 3, { dilation: 2 }),
    [1, 4, 4],
    'conv2d wants an image at least as large as its window [3, 3], [5, 5] with its dilation; got [B, 1, 4, 4]. ' +
      "Use a smaller window, padding 'same', or fewer poolings and strides before it.",
  ],
  [
    'a pool larger than the image',
    sequential([maxPool2d(4)]),
    [1, 3, 5],
    'maxPool2d at "maxPool2d1" wants an image at least as large as its window [4, 4]; got [B, 1, 3, 5]. ' +
      "Use a smaller window, padding 'same', or fewer poolings and strides before it.",
  ],
  [
    'channels that groups do not divide',
    sequential([conv2d(8, 1), conv2d(6, 3, { groups: 3 })]),
    [3, 9, 9],
    'conv2d at "conv2d2" wants a number of channels that its 3 groups divide; got [B, 8, 9, 9]. Choose groups that divide 8.',
  ],
  [
    'a convolution after flatten',
    sequential([flatten(), conv2d(8, 3)]),
    [3, 9, 9],
    'conv2d at "conv2d1" wants images [B, channels, height, width]; got [B, 243]. ' +
      'It comes after flatten or dense; put it before them.',
  ],
  [
    'a convolution on images without channels',
    conv2d(8, 3),
    [28, 28],
    'conv2d wants images [B, channels, height, width]; got [B, 28, 28]. Give images as [channels, height, width].',
  ],
  [
    'global pooling of vectors',
    sequential([globalAveragePool2d(), globalAveragePool2d()]),
    [3, 9, 9],
    'globalAveragePool2d at "globalAveragePool2d2" wants images [B, channels, height, width]; got [B, 3]. ' +
      'It comes after flatten or dense; put it before them.',
  ],
  [
    'a body that changes the shape without a shortcut',
    sequential([residual(sequential([conv2d(16, 3, { stride: 2, padding: 1 })]))]),
    [8, 32, 32],
    'residual at "residual1" wants a body that keeps the shape, but its body makes [B, 16, 16, 16]; got [B, 8, 32, 32]. ' +
      'Give it a shortcut that makes [B, 16, 16, 16], such as a 1×1 conv2d.',
  ],
  [
    'body and shortcut of different shapes',
    residual(conv2d(16, 3, { padding: 1 }), conv2d(16, 1, { stride: 2 })),
    [8, 32, 32],
    'residual wants body and shortcut of one shape, but its body makes [B, 16, 32, 32]; got [B, 8, 32, 32]. ' +
      'The shortcut makes [B, 16, 16, 16]; match filters and strides.',
  ],
  [
    'batch norm of sequences',
    functional((x, apply) => apply(batchNorm(), apply(dense(4), x))),
    [7, 3],
    'batchNorm at "batchNorm1" wants vectors [B, features] or images [B, channels, height, width]; got [B, 7, 4]. ' +
      'Put flatten() before it, or normalise before the reshape.',
  ],
  [
    'layer norm of images',
    sequential([layerNorm()]),
    [3, 8, 8],
    'layerNorm at "layerNorm1" wants vectors [B, features] or sequences [B, T, features]; got [B, 3, 8, 8]. ' +
      'For images use groupNorm or batchNorm.',
  ],
  [
    'channels that the groups of a norm do not divide',
    sequential([conv2d(6, 1), groupNorm(4)]),
    [3, 8, 8],
    'groupNorm at "groupNorm1" wants a number of channels that its 4 groups divide; got [B, 6, 8, 8]. Choose groups that divide 6.',
  ],
  [
    'a window longer than the sequence',
    sequential([conv1d(4, 5)]),
    [4, 3],
    'conv1d at "conv1d1" wants a sequence at least as long as its window, 5 steps; got [B, 4, 3]. ' +
      "Use a smaller kernel or padding 'same'.",
  ],
  [
    'conv1d on vectors',
    conv1d(4, 5),
    [4],
    'conv1d wants sequences [B, T, features]; got [B, 4]. Put an embedding or a layer that keeps the steps before it.',
  ],
  [
    'a transposed convolution that is all padding',
    convTranspose2d(4, 3, { padding: 2 }),
    [2, 2, 2],
    "convTranspose2d wants an image that is not cut away by its padding 2; got [B, 2, 2, 2]. Use a smaller padding or 'same'.",
  ],
  [
    'branches of different sizes',
    sequential([concatenate([conv2d(2, 3), conv2d(2, 1)])]),
    [1, 5, 5],
    'concatenate at "concatenate1" wants branches that differ in channels only; got [B, 1, 5, 5]. ' +
      'They make [B, 2, 3, 3] and [B, 2, 5, 5]; match sizes and strides.',
  ],
  [
    'an embedding of features',
    sequential([dense(4), embedding(9, 4)]),
    [5, 2],
    'embedding at "embedding1" wants sequences of whole numbers [B, T]; got [B, 5, 4]. ' +
      'Put it first in the model, before anything that makes features.',
  ],
  [
    'heads that do not divide the features',
    sequential([embedding(9, 6), transformerEncoderBlock(4)]),
    [5],
    'multiHeadAttention at "transformerEncoderBlock1.attention" wants a number of features that its 4 heads divide; got [B, 5, 6]. ' +
      'Choose heads that divide 6.',
  ],
  [
    'attention on images',
    multiHeadAttention(2),
    [3, 8, 8],
    'multiHeadAttention wants sequences [B, T, features]; got [B, 3, 8, 8]. Put an embedding or a layer that keeps the steps before it.',
  ],
  [
    'spatial dropout of vectors',
    spatialDropout(0.5),
    [4],
    'spatialDropout wants images [B, channels, height, width] or sequences [B, T, features]; got [B, 4]. Use dropout for vectors.',
  ],
];

test.each(wrongShapes)('%s is refused by layer, shape and remedy', (_what, layer, shape, message) => {
  expect(failure(() => trace(layer, shape))).toEqual({ code: 'shapeMismatch', message });
});

const wrongOptions: readonly (readonly [() => Layer, string])[] = [
  [() => conv2d(0, 3), 'conv2d: filters must be an integer >= 1; got 0.'],
  [() => conv2d(1.5, 3), 'conv2d: filters must be an integer >= 1; got 1.5.'],
  [() => conv2d(8, [3, 0]), 'conv2d: kernel must be an integer >= 1 or two of them; got [3, 0].'],
  [() => conv2d(8, 3, { stride: -1 }), 'conv2d: stride must be an integer >= 1 or two of them; got -1.'],
  [() => conv2d(8, 3, { dilation: 0 }), 'conv2d: dilation must be an integer >= 1 or two of them; got 0.'],
  [() => conv2d(8, 3, { padding: -1 }), "conv2d: padding must be 'same', 'valid' or an integer >= 0; got -1."],
  [() => conv2d(8, 3, { groups: 3 }), 'conv2d: filters must be a multiple of groups = 3; got 8.'],
  [() => maxPool2d(2, { padding: 2 }), 'maxPool2d: padding must be at most half the size; got 2.'],
  [() => averagePool2d(0), 'averagePool2d: size must be an integer >= 1 or two of them; got 0.'],
  [() => dense(NaN), 'dense: units must be an integer >= 1; got NaN.'],
  [() => dropout(1), 'dropout: rate must be a number in [0, 1); got 1.'],
  [() => upsample2d(1.5), 'upsample2d: factor must be an integer >= 1; got 1.5.'],
  [() => layerNorm({ epsilon: -1 }), 'layerNorm: epsilon must be a number > 0; got -1.'],
  [() => groupNorm(0), 'groupNorm: groups must be an integer >= 1; got 0.'],
  [
    () => conv1d(4, 3, { padding: -1 }),
    "conv1d: padding must be 'same', 'valid', 'causal' or an integer >= 0; got -1.",
  ],
  [() => concatenate([]), 'concatenate: branches must be a list of at least one layer; got [].'],
  [() => embedding(9, 4, { paddingId: 9 }), 'embedding: paddingId must be an integer from 0 to 8; got 9.'],
  [() => multiHeadAttention(0), 'multiHeadAttention: heads must be an integer >= 1; got 0.'],
  [() => dropout(NaN), 'dropout: rate must be a number in [0, 1); got NaN.'],
  [() => batchNorm({ momentum: 0 }), 'batchNorm: momentum must be a number in (0, 1]; got 0.'],
  [() => batchNorm({ epsilon: 0 }), 'batchNorm: epsilon must be a number > 0; got 0.'],
  [
    // @ts-expect-error TS2345 -- a name that the types refuse may still come from plain JavaScript
    () => activation('ReLU'),
    'activation: there is no activation "ReLU": did you mean "relu" or "elu" or "gelu"? ' +
      'Known: "linear", "relu", "leakyRelu", "elu", "sigmoid", "tanh", "gelu", "silu", "softplus", "softmax".',
  ],
];

test.each(wrongOptions)('an impossible option is refused at definition: %#', (define, message) => {
  expect(failure(define)).toEqual({ code: 'invalidOption', message });
});
