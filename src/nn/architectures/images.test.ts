/** Sizes of the image architectures against published ones. */
import { expect, test } from 'vitest';
import type { Layer } from '../layer.ts';
import { multiplyAdds } from '../multiply-adds.ts';
import { trace } from '../trace.ts';
import { mobilenet } from './mobilenet.ts';
import { resnet } from './resnet.ts';
import { resnet9 } from './resnet9.ts';
import { unet } from './unet.ts';
import { vgg } from './vgg.ts';
import { vit } from './vit.ts';

const parametersOf = (model: Layer, shape: readonly number[]): number =>
  trace(model, shape, { training: true }).parameters.reduce(
    (total, p) => total + p.shape.reduce((size, dim) => size * dim, 1),
    0,
  );

// Trainable parameters of torchvision 0.14's models of the same name, as its documentation lists them (num_params). Its VGG with batch norm
// keeps the convolutions' biases, which the norm makes void: 2,752 and 5,504 numbers that ours does not have.
test.each([
  ['resnet18', resnet(1000, { stem: 'imagenet', depth: 18 }), 11_689_512],
  ['resnet34', resnet(1000, { stem: 'imagenet', depth: 34 }), 21_797_672],
  ['resnet50', resnet(1000, { stem: 'imagenet', depth: 50 }), 25_557_032],
  ['resnet101', resnet(1000, { stem: 'imagenet', depth: 101 }), 44_549_160],
  ['vgg11', vgg(1000, { depth: 11, normalize: false, head: 'dense' }), 132_863_336],
  ['vgg11_bn', vgg(1000, { depth: 11, head: 'dense' }), 132_868_840 - 2_752],
  ['vgg16', vgg(1000, { depth: 16, normalize: false, head: 'dense' }), 138_357_544],
  ['vgg19_bn', vgg(1000, { depth: 19, head: 'dense' }), 143_678_248 - 5_504],
  ['mobilenet_v2', mobilenet(1000, { stem: 'imagenet' }), 3_504_872],
  ['vit_b_16', vit(1000, { patch: 16, features: 768, layers: 12, heads: 12 }), 86_567_656],
])('%s has as many parameters as in torchvision', (_name, model, count) => {
  expect(parametersOf(model, [3, 224, 224])).toBe(count);
});

// GFLOPS (multiply-adds) in the same documentation: 1.81, 4.09, 15.47 (VGG-16), 0.30.
test.each([
  ['resnet18', resnet(1000, { stem: 'imagenet', depth: 18 }), 1.81],
  ['resnet50', resnet(1000, { stem: 'imagenet', depth: 50 }), 4.09],
  ['vgg16', vgg(1000, { depth: 16, normalize: false, head: 'dense' }), 15.47],
  ['mobilenet_v2', mobilenet(1000, { stem: 'imagenet' }), 0.3],
])('%s takes the multiply-adds that torchvision states', (_name, model, giga) => {
  expect(multiplyAdds(trace(model, [3, 224, 224]).output) / 1e9).toBeCloseTo(giga, 2);
});

test('the small ones have the parameters of their formulas', () => {
  const w = 8;
  const convolutions = 9 * (3 * w + 2 * w ** 2 + 2 * 4 * w ** 2 + 8 * w ** 2 + 32 * w ** 2 + 2 * 64 * w ** 2);
  const norms = 2 * (w + 2 * w + 2 * 2 * w + 4 * w + 8 * w + 2 * 8 * w);
  expect(parametersOf(resnet9(10, { width: w }), [3, 32, 32])).toBe(convolutions + norms + (8 * w + 1) * 10);

  // ResNet-20: 0.27 M in the paper, table 6; with 1×1 shortcuts 16·32 + 32·64 weights and 2·(32 + 64) of their norms more than 269,722.
  expect(parametersOf(resnet(10, { depth: 20 }), [3, 32, 32])).toBe(269_722 + 16 * 32 + 32 * 64 + 2 * (32 + 64));

  const [d, t, layers] = [192, 65, 6];
  const expected = (3 * 16 + 1) * d + d + t * d + layers * (12 * d * d + 13 * d) + 2 * d + (d + 1) * 10;
  expect(parametersOf(vit(10), [3, 32, 32])).toBe(expected);

  // Two levels of 4 filters and a bottom of 8, one channel: convolutions 9·i·o, norms 2·o, raise 2·2·8·4 + 4, outputs 4·2 + 2.
  const unetOf4 = 9 * (4 + 16) + 16 + 9 * (32 + 64) + 32 + (4 * 32 + 4) + 9 * (32 + 16) + 16 + 10;
  expect(parametersOf(unet(2, { width: 4, depth: 1 }), [1, 16, 16])).toBe(unetOf4);
});

test('the output has a number for each class, or a picture of them', () => {
  expect(trace(resnet9(7, { width: 4 }), [1, 32, 32]).output.shape).toEqual(['B', 7]);
  expect(trace(mobilenet(7, { width: 0.25, squeeze: true, activation: 'silu' }), [3, 32, 32]).output.shape).toEqual([
    'B',
    7,
  ]);
  expect(trace(unet(2, { width: 4, depth: 2 }), [3, 20, 28]).output.shape).toEqual(['B', 2, 20, 28]);
});

test('impossible settings and sizes are refused', () => {
  expect(() => resnet(10, { depth: 21 })).toThrow(
    "depth must be one of 6n + 2, such as 20, 32, 44, 56, 110 for the stem 'cifar'; got 21.",
  );
  expect(() => trace(vit(10, { patch: 5 }), [3, 32, 32])).toThrow('images whose sides are multiples of 5');
  expect(() => mobilenet(10, { width: 0 })).toThrow('mobilenet: width must be a number > 0; got 0.');
});
