import { describe, expect, it } from 'vitest';
import { deviceOf, lackOf } from '../../models/device.js';
import { loadPrior } from '../../models/load.js';
import type { DiffusionPrior } from '../../models/prior.js';
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
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const off = values.reduce((most, value, k) => Math.max(most, Math.abs(found[i][k] - value)), 0);
      expect(off / largest).toBeLessThan(1e-3);
      // Were they equal, the CPU would have done it.
      expect(off).toBeGreaterThan(0);
    });
  },
);
