import { describe, expect, it } from 'vitest';
import { deviceOf, lackOf, precisionOf } from '../../models/device.js';
import { loadPrior } from '../../models/load.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { hasVulkan } from './software-vulkan.js';

describe('deviceOf', () => {
  it('is the CPU unless told', () => {
    expect([deviceOf(), deviceOf('auto'), deviceOf('webgpu')]).toEqual(['cpu', 'cpu', 'webgpu']);
  });

  it('names those that there are', () => {
    expect(() => deviceOf('tpu')).toThrow(
      'device "tpu" is not known; expected auto, cpu, webgpu, cuda, coreml, dml',
    );
  });
});

describe('lackOf', () => {
  // What onnxruntime-node 1.30.0 says on Linux.
  it.each([
    [
      'coreml',
      'no available backend found. ERR: [coreml] backend not found.',
      'onnxruntime-node has no coreml for linux; it is there on macOS',
    ],
    [
      'cuda',
      'OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library',
      'its libraries are not installed (npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12, and CUDA 12)',
    ],
    [
      'webgpu',
      'Failed to get a WebGPU adapter: No supported adapters',
      'no graphics processor is found whose driver WebGPU can use',
    ],
    [
      'webgpu',
      "Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file",
      'the Vulkan loader is missing (on Debian: apt-get install libvulkan1)',
    ],
    [
      'webgpu',
      'shader_helper.cc:416 GenerateSourceCode Program Transpose requires f16 but the device does not support it.',
      'its driver has no numbers of 16 bits (shader-f16), and fp32 works without',
    ],
    ['dml', 'something else.', 'something else'],
  ] as const)('of %s: %s', (device, message, words) => {
    expect(lackOf(device, message, 'linux')).toBe(words);
  });
});

it.skipIf(process.platform === 'darwin')('a device that is not here is refused in a sentence', async () => {
  await expect(loadPrior('photo-small', { device: 'coreml' })).rejects.toThrow(
    /^device coreml cannot be used here: onnxruntime-node has no coreml for \w+; it is there on macOS$/,
  );
});

describe('half precision', () => {
  const x = keyedRandom(0, 'device', 0)().normals([3, 32, 32]);
  const answers = async (precision: 'fp16' | 'fp32') => {
    const prior = (await loadPrior('photo-small', { precision, threads: 1 })) as DiffusionPrior;
    const denoised = await prior.denoise(x, 0.3);
    const { value, pullback, release } = await prior.linearize!(x, 0.3);
    // Small enough that float16 would lose it.
    const gradient = await pullback(mapArray(x, (v) => 1e-6 * v));
    release();
    await prior.close();
    return [denoised.data, value.data, gradient.data];
  };

  it('is near what 32 bits give, gradients of tiny cotangents included', async () => {
    const [found, truth] = [await answers('fp16'), await answers('fp32')];
    truth.forEach((values, i) => {
      const off = offBy(found[i], values);
      expect(off).toBeLessThan(3e-3);
      // Were they equal, nothing would have been rounded.
      expect(off).toBeGreaterThan(1e-6);
    });
  });

  it.runIf(hasVulkan)('is refused where the device does not have it', { timeout: 120_000 }, async () => {
    await expect(loadPrior('photo-small', { device: 'webgpu', precision: 'fp16' })).rejects.toThrow(
      'device webgpu with fp16 cannot be used here: its driver has no numbers of 16 bits (shader-f16)',
    );
  });

  it('is one of two precisions', () => {
    expect(() => precisionOf('int8')).toThrow('precision "int8" is not known; expected fp32 or fp16');
    expect(precisionOf()).toBe('fp32');
  });
});

it.runIf(hasVulkan)(
  'WebGPU denoises, and has the gradient, as the CPU has',
  { timeout: 300_000 },
  async () => {
    const x = keyedRandom(0, 'device', 0)().normals([3, 32, 32]);
    const answers = async (device: 'cpu' | 'webgpu') => {
      const prior = (await loadPrior('photo-small', { device, threads: 1 })) as DiffusionPrior;
      const { value, pullback, release } = await prior.linearize!(x, 0.3);
      const gradient = await pullback(x);
      release();
      await prior.close();
      return [value.data, gradient.data];
    };
    const [found, truth] = [await answers('webgpu'), await answers('cpu')];
    truth.forEach((values, i) => {
      expect(offBy(found[i], values)).toBeLessThan(1e-5);
      // Were they equal, the CPU would have done it.
      expect(offBy(found[i], values)).toBeGreaterThan(0);
    });
  },
);

/** Of the largest value. */
function offBy(found: Float32Array, truth: Float32Array): number {
  const largest = truth.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return truth.reduce((most, value, k) => Math.max(most, Math.abs(found[k] - value)), 0) / largest;
}
