/**
 * Where graphs are computed: ONNX Runtime's execution providers, by its names. What a provider has no kernel for, ONNX Runtime computes on the processor.
 * https://onnxruntime.ai/docs/execution-providers
 */
import { input, relu, toOnnx } from '#graph';
import { didYouMean, TuneError } from '#math';
import { loadRuntime, messageOf } from './runtime.ts';

/** cuda: NVIDIA; webgpu: any GPU with Vulkan, Metal or Direct3D 12; coreml: macOS; dml: Windows. */
const devices = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;
export type Device = (typeof devices)[number];

const advice: Readonly<Record<Device, string>> = {
  cpu: '',
  cuda: 'ONNX Runtime needs its CUDA libraries (install onnxruntime-node with them, see its README) and an NVIDIA driver.',
  webgpu: 'WebGPU needs a graphics driver: Vulkan on Linux, Metal on macOS, Direct3D 12 on Windows.',
  coreml: 'Core ML is there on macOS only.',
  dml: 'DirectML is there on Windows only.',
};

const checks = new Map<Device, Promise<void>>();

/** Refuses a device that cannot compute here. Asked once in a process for each device. */
export async function requireDevice(device: Device): Promise<void> {
  if (device === 'cpu') return;
  if (!devices.includes(device)) {
    throw new TuneError(
      'deviceMissing',
      `there is no device "${String(device)}": ${didYouMean(String(device), devices)}`,
      {
        device,
      },
    );
  }
  let check = checks.get(device);
  if (check === undefined) checks.set(device, (check = tryOut(device)));
  await check;
}

async function tryOut(device: Device): Promise<void> {
  const { InferenceSession, listSupportedBackends } = await loadRuntime();
  const refuse = (why: string): TuneError =>
    new TuneError('deviceMissing', `device "${device}" cannot be used here: ${why}. ${advice[device]}`, {
      device,
      why,
    });
  if (!listSupportedBackends().some(({ name }) => name === device)) {
    throw refuse(`this build of ONNX Runtime (${process.platform}, ${process.arch}) does not have it`);
  }
  try {
    const session = await InferenceSession.create(toOnnx({ outputs: { y: relu(input('x', [1])) } }), {
      executionProviders: [device],
    });
    await session.release();
  } catch (error) {
    throw refuse(reasonOf(messageOf(error)));
  }
}

/** The last clause of a message that begins with a place in ONNX Runtime's sources. */
const reasonOf = (message: string): string =>
  (
    message
      .trim()
      .split(/: |\. /)
      .at(-1) ?? message
  ).replace(/\.$/, '');
