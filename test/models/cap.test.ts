import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { loadCap } from '../../models/cap.js';
import { floatArray } from '../../src/core/array.js';
import { decodeNpz } from '../../src/io/npz.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { writeConvolvedPrior } from './convolved-prior.js';
import { float32, model, node } from './tiny-models.js';
import { sha256 } from './tiny-prior.js';

/** scale = x · σ, shape = x + 1. */
function network(): Uint8Array {
  const image = (name: string) => ({ name, type: 'float32' as const, dims: [1, 3, 'h', 'w'] });
  return model({
    nodes: [node('Mul', ['image', 'sigma'], ['scale']), node('Add', ['image', 'one'], ['shape'])],
    inputs: [image('image'), { name: 'sigma', type: 'float32', dims: [1] }],
    outputs: [image('scale'), image('shape')],
    initializers: [float32('one', [1], [1])],
  });
}

it('gives the law of each value, of images of any size', async () => {
  const folder = temporaryFolder();
  const bytes = network();
  fill(folder, { 'cap.onnx': bytes });
  writeConvolvedPrior(folder, { cap: { path: 'cap.onnx', sha256: sha256(bytes), sigmaRange: [0.01, 0.3] } });
  const cap = await loadCap(folder, { threads: 1 });
  const estimate = floatArray(
    Float32Array.from({ length: 3 * 5 * 11 }, (_, i) => i / 200),
    [3, 5, 11],
  );
  const { scale, shape } = await cap.law(estimate, 0.2);
  await cap.close();
  expect([cap.name, cap.sigmaRange]).toEqual(['tiny', [0.01, 0.3]]);
  expect(scale.shape).toEqual([3, 5, 11]);
  estimate.data.forEach((value, i) => {
    expect(scale.data[i]).toBeCloseTo(0.2 * value, 6);
    expect(shape.data[i]).toBeCloseTo(1 + value, 6);
  });
});

it('is, as it is shipped, what was trained: the values that PyTorch gives', async () => {
  const file = 'test/fixtures/weights/photo/cap.truth.npz';
  const truth = await decodeNpz(await readFile(file), file);
  const { image, sigma, scale, shape } = truth;
  const cap = await loadCap('photo', { threads: 1 });
  const found = await cap.law(floatArray(image.array.data, image.array.shape.slice(1)), sigma.array.data[0]);
  await cap.close();
  for (const [name, expected] of Object.entries({ scale, shape })) {
    const { data } = found[name as 'scale' | 'shape'];
    expect(data.length).toBe(expected.array.data.length);
    data.forEach((value, i) => {
      expect(value / expected.array.data[i]).toBeCloseTo(1, 4);
    });
  }
});

it('is refused where the card names none, or the file is another', async () => {
  const folder = temporaryFolder();
  writeConvolvedPrior(folder);
  await expect(loadCap(folder)).rejects.toThrow('the prior tiny has no cap; photo has');
  fill(folder, { 'cap.onnx': network() });
  writeConvolvedPrior(folder, { cap: { path: 'cap.onnx', sha256: '0'.repeat(64), sigmaRange: [0.01, 0.3] } });
  await expect(loadCap(folder)).rejects.toThrow('its card expects 0000');
});
