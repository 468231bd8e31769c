/** Devices other than the CPU: opened by trying them, and compared with the CPU before they are used. */
import { UsageError } from '../src/core/errors.js';
import { requireAgreement } from './device-check.js';
import { type Device, devices, type Precision, precisions } from './onnx/runtime.js';
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

/** @throws UsageError where there is no such precision. */
export function precisionOf(precision: string = 'fp32'): Precision {
  const known = precisions.find((one) => one === precision);
  if (known) return known;
  throw new UsageError(`precision "${precision}" is not known; expected ${precisions.join(' or ')}`);
}

/** What a network runs on, and with which numbers. */
interface Place {
  readonly device: Device;
  readonly precision: Precision;
}

/**
 * A prior on a device, once it has given what the CPU gives with 32 bits.
 * @param engine of the CPU. @param open opens the prior by an engine.
 * @throws UsageError naming the device and what it lacks, or by how much it is off.
 */
export async function onDevice(
  { device, precision }: Place,
  engine: Engine,
  open: (engine: Engine) => Promise<Prior>,
): Promise<Prior> {
  const session = { ...engine.session, device };
  const prior = await open({ ...engine, session, precision }).catch((error) => {
    const numbers = precision === 'fp32' ? '' : ` with ${precision}`;
    const lack = lackOf(device, (error as Error).message);
    throw new UsageError(`device ${device}${numbers} cannot be used here: ${lack}`);
  });
  const runtime = await ChildRuntime.start();
  try {
    await requireAgreement(prior, await open({ ...engine, runtime }), device, precision);
  } finally {
    await runtime.close();
  }
  return prior;
}

/** What a device lacks, in words, from what ONNX Runtime says; its own words where they are not known. */
export function lackOf(device: Device, message: string, platform: string = process.platform): string {
  const known: readonly (readonly [RegExp, string])[] = [
    [/requires f16/i, 'its driver has no numbers of 16 bits (shader-f16), and fp32 works without'],
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
