/**
 * Training on WebGPU against training on the processor, with SwiftShader, the software Vulkan that Debian's chromium brings. (Mesa's llvmpipe of
 * Debian 12 lacks a feature that ONNX Runtime's WebGPU asks for: shaderUniformBufferArrayDynamicIndexing.)
 */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromArrays } from '#data';
import { type Device, requireDevice } from '#engine';
import { createRng } from '#math';
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  globalAveragePool1d,
  type Layer,
  lstm,
  maxPool2d,
  residual,
  multiHeadAttention,
  sequential,
} from '#nn';
import { adam } from '#optim';
import { fit, type FitResult } from './fit.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
process.env['VK_ICD_FILENAMES'] = SWIFTSHADER;

const range = (low: number, high: number): Int32Array => Int32Array.from({ length: high - low }, (_, i) => low + i);

/** 96 noisy rows of three classes; the class is a bump in the signal. */
function train(model: Layer, inputShape: readonly number[], device: Device): Promise<FitResult> {
  const rng = createRng('bumps');
  const size = inputShape.reduce((product, n) => product * n, 1);
  const y = Int32Array.from({ length: 96 }, () => rng.int(0, 2));
  const x = Float32Array.from(
    { length: 96 * size },
    (_, i) => 0.3 * rng.normal() + (i % 3 === y[Math.floor(i / size)] ? 1 : 0),
  );
  return fit({
    model,
    dataset: fromArrays({ name: 'bumps', inputShape: [...inputShape], x, y, labels: ['a', 'b', 'c'] }),
    trainIndices: range(0, 64),
    validationIndices: range(64, 96),
    seed: 1,
    device,
    config: { optimizer: adam({ learningRate: 0.01 }), batchSize: 16, epochs: 2 },
  });
}

describe.runIf(existsSync(SWIFTSHADER))('on WebGPU (skipped without chromium)', () => {
  test.each<[string, readonly number[], () => Layer]>([
    [
      'a CNN',
      [1, 12, 12],
      () => sequential([conv2d(8, 3, { padding: 'same', activation: 'relu' }), maxPool2d(2), flatten(), dense(3)]),
    ],
    ['an LSTM', [6, 4], () => sequential([lstm(8), dense(3)])],
    ['self-attention', [6, 8], () => sequential([residual(multiHeadAttention(2)), globalAveragePool1d(), dense(3)])],
  ])('%s learns what it learns on the processor', { timeout: 180_000 }, async (_, inputShape, model) => {
    const cpu = await train(model(), inputShape, 'cpu');
    const gpu = await train(model(), inputShape, 'webgpu');
    expect(gpu.history.length).toBe(2);
    // Sums in another order: float32 differs in the sixth digit, and Adam carries it on for eight steps.
    gpu.history.forEach(({ trainLoss }, i) =>
      expect(Math.abs(trainLoss - (cpu.history[i]?.trainLoss ?? NaN))).toBeLessThan(1e-4),
    );
    expect(Math.abs((gpu.values['loss'] ?? NaN) - (cpu.values['loss'] ?? NaN))).toBeLessThan(1e-4);
    expect(cpu.history[1]?.trainLoss).toBeLessThan(cpu.history[0]?.trainLoss ?? NaN);
  });

  test('batch normalization is refused: ONNX Runtime 1.30 cannot train it there', { timeout: 180_000 }, async () => {
    const model = sequential([conv2d(4, 3), batchNorm(), flatten(), dense(3)]);
    await expect(train(model, [1, 8, 8], 'webgpu')).rejects.toThrow(
      'BatchNormalization trainingMode is not supported yet',
    );
  });
});

test('an unknown device is refused with the known ones', async () => {
  const device = 'gpu' as Device; // as from JavaScript
  await expect(requireDevice(device)).rejects.toThrow(
    'there is no device "gpu": did you mean "cpu"? Known: "cpu", "cuda"',
  );
});

test.each(['cuda', 'coreml', 'dml'] as const)('%s is refused with the reason where it is not', async (device) => {
  await expect(requireDevice(device)).rejects.toMatchObject({
    code: 'deviceMissing',
    message: expect.stringMatching(new RegExp(`^device "${device}" cannot be used here: .+\\. .+\\.$`)) as string,
  });
});
