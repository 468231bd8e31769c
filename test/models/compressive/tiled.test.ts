import { afterAll, beforeAll, expect, it } from 'vitest';
import { tiledCodes } from '../../../models/compressive/tiled.js';
import { loadPrior } from '../../../models/load.js';
import type { CompressivePrior } from '../../../models/prior.js';
import { type FloatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

/** Of a size that no grid divides; tiles of 64 with a halo of 64 see it in four windows and more. */
const SHAPE = [3, 250, 330];
const random = keyedRandom(0, 'tiled codes', 0);
const image = mapArray(random('image').normals(SHAPE), (value) => 0.5 + 0.2 * value);

let whole: CompressivePrior;
let parts: CompressivePrior;
const windows = new Set<string>();

beforeAll(async () => {
  whole = (await loadPrior('photo-compressive', { threads: 1 })) as CompressivePrior;
  const watched: CompressivePrior = {
    ...whole,
    decode(z, signal) {
      windows.add(z.shape.slice(1).join('×'));
      return whole.decode(z, signal);
    },
  };
  parts = tiledCodes(watched, { tile: 64 });
});
afterAll(() => whole.close());

const farthest = (a: FloatArray, b: FloatArray) => {
  expect(a.shape).toEqual(b.shape);
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - b.data[i])), 0);
};

it('codes and pictures are those of the whole, but for rounding', async () => {
  const codes = await whole.encode(image);
  const found = await parts.encode(image);
  for (const [k, code] of found.entries()) expect(farthest(code, codes[k])).toBeLessThan(1e-4);
  expect(farthest(await parts.decode(codes[0]), await whole.decode(codes[0]))).toBeLessThan(1e-5);
  expect(farthest(await parts.spread!(codes[0]), await whole.spread!(codes[0]))).toBeLessThan(1e-5);
  // 192 pixels a side: one core and two halos, so that memory does not grow with the picture.
  expect([...windows]).toEqual(['24×24']);
});

it('and so are gradients through the decoder', async () => {
  const [z] = await whole.encode(image);
  const v = random('direction').normals((await whole.decode(z)).shape);
  const [one, other] = [await whole.linearizeDecode!(z), await parts.linearizeDecode!(z)];
  const [expected, found] = [await one.pullback(v), await other.pullback(v)];
  expect(farthest(other.value, one.value)).toBeLessThan(1e-5);
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(farthest(found, expected)).toBeLessThan(1e-5 * scale);
  one.release();
  other.release();
});

it('a picture that fits into one window is seen whole, and needs no more memory than a window', () => {
  expect(parts.footprint!(250, 330)).toEqual(whole.footprint!(192, 192));
  expect(parts.footprint!(64, 64)).toEqual(whole.footprint!(64, 64));
});

it('an autoencoder each of whose codes may change all pixels cannot be seen in parts', () => {
  const { receptiveRadius: _, ...everywhere } = whole;
  expect(() => tiledCodes(everywhere, { tile: 64 })).toThrow('cannot be tiled');
});
