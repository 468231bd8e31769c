import { expect, test } from 'vitest';
import type { CompressivePrior, DiffusionPrior, LatentPrior } from '../../models/prior.js';
import { canBeTiled, gridOf, pasteCore, shrunk, tileCost, tilesOf, windowOf } from '../../models/tiles.js';
import { zeros } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const prior = { name: 'grid', sizeMultiple: 4, receptiveRadius: 5 };

test.each([
  // Two windows of 24 share two halos of 8 and reach both ends.
  [32, 32, 8, (48 / 32) ** 2],
  [32, 20, 8, 48 / 32],
  // 11 windows of 24 along 100.
  [100, 20, 8, 264 / 100],
  [16, 24, 100, 1],
])('%i×%i in tiles of %i costs %d of the whole', (height, width, tile, cost) => {
  expect(tileCost(prior, { tile }, height, width)).toBeCloseTo(cost, 6);
});

test('a network of one size gets windows of that size', () => {
  const cost = (fixed: boolean) => tileCost(prior, { tile: 16, fixed }, 36, 16) * 36;
  expect([cost(false), cost(true)]).toEqual([2 * 28, 2 * 32]);
});

test('codes in tiles of their own grid make the codes of the whole', () => {
  const grid = gridOf(prior, { tile: 8 });
  const codes = keyedRandom(0, 'codes', 0)('codes').normals([2, 10, 13]);
  const copy = zeros(codes.shape);
  const tiles = tilesOf({ shape: [3, 40, 52] }, grid).map((tile) => shrunk(tile, 4));
  expect(tiles.length).toBeGreaterThan(6);
  for (const tile of tiles) pasteCore(windowOf(codes, tile), tile, copy);
  expect(copy.data).toEqual(codes.data);
});

test('a tile has pixels, and a halo is no less than nothing', () => {
  expect(() => gridOf(prior, { tile: 0 })).toThrow(RangeError);
  expect(() => gridOf(prior, { tile: 8, halo: -1 })).toThrow(RangeError);
});

test('what sees only so far can be tiled, but not twice', () => {
  const far = { kind: 'diffusion', receptiveRadius: 5 } as DiffusionPrior;
  expect(canBeTiled(far)).toBe(true);
  expect(canBeTiled({ ...far, inParts: async () => [] })).toBe(false);
  expect(canBeTiled({ kind: 'compressive', receptiveRadius: 5 } as CompressivePrior)).toBe(true);
  expect(canBeTiled({ kind: 'compressive' } as CompressivePrior)).toBe(false);
  expect(canBeTiled({ kind: 'latent' } as LatentPrior)).toBe(false);
  expect(canBeTiled(undefined)).toBe(false);
});
