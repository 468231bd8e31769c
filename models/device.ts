/** Devices other than the CPU: opened by trying them, and compared with the CPU before they are used. */
import { UsageError } from '../src/core/errors.js';
import { requireAgreement } from './device-check.js';
import { type Device, devices } from './onnx/runtime.js';
import { ChildRuntime } from './onnx/session.js';
import type { Engine } from './open.js';
import type { Prior } from './prior.js';

/** @throws UsageError where there is no such device. */
export function deviceOf(device: string = 'auto'): Device {
  if (device === 'auto') return 'cpu';
  const known = devices.find((one) => one === device);
  if (known) return known;
  throw new UsageError(`device "${device}" is not known; expected auto, ${devices.join(', ')}`);
}

/**
 * A prior on a device, once it has given what the CPU gives.
 * @param engine of the CPU. @param open opens the prior by an engine.
 * @throws UsageError naming the device and what it lacks, or by how much it is off.
 */
export async function onDevice(
  device: Device,
  engine: Engine,
  open: (engine: Engine) => Promise<Prior>,
): Promise<Prior> {
  const session = { ...engine.session, device };
  const prior = await open({ ...engine, session }).catch((error) => {
    throw new UsageError(`device ${device} cannot be used here: ${lackOf(device, (error as Error).message)}`);
  });
  const runtime = await ChildRuntime.start();
  try {
    await requireAgreement(prior, await open({ ...engine, runtime }), device);
  } finally {
    await runtime.close();
  }
  return prior;
}

/** What a device lacks, in words, from what ONNX Runtime says; its own words where they are not known. */
export function lackOf(device: Device, message: string, platform: string = process.platform): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/backend not found/i, `onnxruntime-node has no ${device} for ${platform}; ${PLACES[device]}`],
    [/libvulkan|vulkan-1/i, 'the Vulkan loader is missing (on Debian: apt-get install libvulkan1)'],
    [
      /No supported adapters|get a WebGPU adapter/i,
      'no graphics processor is found whose driver WebGPU can use',
    ],
    [
      /Failed to load (?:shared )?library/i,
      'its libraries are not installed (npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12, and CUDA 12)',
    ],
  ];
  return known.find(([pattern]) => pattern.test(message))?.[1] ?? message.replace(/\.$/, '');
}

/** Where onnxruntime-node carries each of them. */
const PLACES: Readonly<Record<Device, string>> = {
  cpu: 'it is everywhere',
  webgpu: 'it is there on Linux, Windows and macOS',
  cuda: 'it is there on Linux (x64)',
  coreml: 'it is there on macOS',
  dml: 'it is there on Windows',
};
