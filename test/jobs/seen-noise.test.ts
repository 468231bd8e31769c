import { describe, expect, it } from 'vitest';
import { type FloatArray, filled, floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import type { Picture } from '../../src/io/picture.js';
import { seenNoise } from '../../src/jobs/seen-noise.js';

const SIDE = 128;
const noise = keyedRandom(0, 'seen', 0)('noise').normals([3, SIDE, SIDE]);
const noisy = mapArray(noise, (value, i) => 0.5 + 0.3 * Math.sin((i % SIDE) / 40) + 0.03 * value);
const alphaOf = (seen: (i: number) => boolean): FloatArray =>
  floatArray(
    Float32Array.from({ length: SIDE * SIDE }, (_, i) => (seen(i) ? 1 : 0)),
    [1, SIDE, SIDE],
  );
const measured = (array: FloatArray, picture: Partial<Picture> = {}) =>
  seenNoise({ array, picture: picture as Picture });

describe('the noise that is seen in a file', () => {
  it('is that of what is not transparent', () => {
    const left = (i: number) => i % SIDE < SIDE / 2;
    // What alpha hides is smoother than noise, or wilder.
    for (const hidden of [0.1, 6]) {
      const cutOut = mapArray(noisy, (value, i) => (left(i) ? value : 0.5 + hidden * (value - 0.5)));
      const found = measured(cutOut, { alpha: alphaOf(left) });
      if (typeof found === 'string') throw new Error(found);
      expect(Math.abs(found.sigma / 0.03 - 1), `${hidden}`).toBeLessThan(0.06);
    }
  });

  it.each<[string, FloatArray, Partial<Picture>]>([
    ['wholly transparent', noisy, { alpha: alphaOf(() => false) }],
    ['of one colour', mapArray(noisy, (_, i) => Math.floor(i / SIDE ** 2) / 3), {}],
    ['too small to tell noise from detail', mapArray(filled([3, 8, 8], 0), (_, i) => (i % 7) / 7), {}],
    ['opaque in too few places to tell noise from detail', noisy, { alpha: alphaOf((i) => i < 20) }],
  ])('is none to be told of a picture that is %s', (why, array, picture) => {
    expect(measured(array, picture)).toBe(why);
  });

  it('counts as surer where a JPEG file has rounded it', () => {
    const coding = { tables: new Array<number>(64).fill(40), chroma: 'full', orientation: 1 } as const;
    const [plain, rounded] = [measured(noisy), measured(noisy, { coding })];
    if (typeof plain === 'string' || typeof rounded === 'string') throw new Error('not measured');
    expect(plain.unlikeness - rounded.unlikeness).toBeCloseTo(0.1, 10);
    const fine = { ...coding, tables: new Array<number>(64).fill(4) };
    expect(measured(noisy, { coding: fine })).toMatchObject({ unlikeness: plain.unlikeness });
  });
});
