import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { equivariantDenoise, inverse, oriented } from '../../../solvers/parts/equivariant.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

const ALL = [0, 1, 2, 3, 4, 5, 6, 7];
const picture = (height: number, width: number) =>
  floatArray(
    Float32Array.from({ length: 2 * height * width }, (_, i) => i),
    [2, height, width],
  );

describe('oriented', () => {
  it('is undone by its inverse, on images that are not square', () => {
    const x = picture(3, 4);
    for (const element of ALL) {
      const back = oriented(oriented(x, element), inverse(element));
      expect(back.shape).toEqual(x.shape);
      expect(back.data).toEqual(x.data);
    }
  });

  it('turns and mirrors as said', () => {
    const x = floatArray(Float32Array.of(1, 2, 3, 4, 5, 6), [1, 2, 3]);
    expect([...oriented(x, 1).data]).toEqual([4, 5, 6, 1, 2, 3]);
    expect([...oriented(x, 2).data]).toEqual([3, 2, 1, 6, 5, 4]);
    expect([...oriented(x, 4).data]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...oriented(x, 5).data]).toEqual([4, 1, 5, 2, 6, 3]);
  });

  it('gives eight different images of a square', () => {
    expect(new Set(ALL.map((element) => oriented(picture(3, 3), element).data.join()))).toHaveProperty(
      'size',
      8,
    );
  });
});

describe('equivariantDenoise', () => {
  const seen: FloatArray[] = [];
  const prior = (symmetry: 'none' | 'mirror' | 'dihedral') =>
    ({
      kind: 'diffusion',
      card: { symmetry },
      denoise: async (x: FloatArray) => {
        seen.push(x);
        return mapArray(x, (value) => 2 * value);
      },
    }) as unknown as DiffusionPrior;
  const orientationsSeen = async (symmetry: 'none' | 'mirror' | 'dihedral', x: FloatArray) => {
    seen.length = 0;
    for (let i = 0; i < 200; i++) {
      const random = keyedRandom(0, 'test', 0)('orientation', i);
      const denoised = await equivariantDenoise(prior(symmetry), x, 0.1, random);
      expect(denoised.data).toEqual(mapArray(x, (value) => 2 * value).data);
    }
    return new Set(seen.map((image) => image.data.join())).size;
  };

  it('shows the network every orientation that its card declares, and returns the image as it lay', async () => {
    expect(await orientationsSeen('none', picture(4, 4))).toBe(1);
    expect(await orientationsSeen('mirror', picture(4, 4))).toBe(2);
    expect(await orientationsSeen('dihedral', picture(4, 4))).toBe(8);
    expect(await orientationsSeen('dihedral', picture(4, 6))).toBe(4);
  });

  it('leaves images as they lie where no card says anything', async () => {
    const bare = { ...prior('none'), card: undefined };
    seen.length = 0;
    const x = picture(3, 3);
    const unused = () => {
      throw new Error('nothing is drawn');
    };
    const random = { ...keyedRandom(0, 'test', 0)('orientation'), integer: unused, uint32: unused };
    expect((await equivariantDenoise(bare, x, 0.1, random)).data).toEqual(
      mapArray(x, (value) => 2 * value).data,
    );
    expect(seen).toEqual([x]);
  });
});
