import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { norm } from '../../../src/core/vector.js';
import { operatorOf } from '../sound.js';

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'phase test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

const imageOf = (text: string, measurementShape: number[]) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }).imageShape;
};

describe('coded-diffraction', () => {
  it('has patterns of each mask in turn, each of the whole energy', async () => {
    const x = images([2, 6, 5]);
    const y = await operatorOf('coded-diffraction:masks=3,seed=1', x.shape).apply(x);
    expect(y.shape).toEqual([6, 6, 5]);
    const energy = (data: Float32Array, plane: number) => norm(data.subarray(30 * plane, 30 * plane + 30));
    for (let pattern = 0; pattern < 6; pattern++) {
      expect(energy(y.data, pattern)).toBeCloseTo(energy(x.data, Math.floor(pattern / 3)), 5);
    }
    expect(y.data.slice(0, 30)).not.toEqual(y.data.slice(30, 60));
  });

  it('is pinned: the same masks on every machine and in every version', async () => {
    const white: FloatArray = floatArray(new Float32Array(6).fill(1), [1, 2, 3]);
    const text = 'coded-diffraction:masks=1,modulation=octanary,quantity=intensity,seed=2';
    const y = await operatorOf(text, white.shape).apply(white);
    expect(Array.from(y.data, (value) => value.toFixed(4)).join(' ')).toMatchInlineSnapshot(
      `"0.0447 0.3333 0.6220 0.0447 1.3333 0.6220"`,
    );
  });

  it('knows the image from the measurement', () => {
    expect(imageOf('coded-diffraction', [12, 8, 6])).toEqual([3, 8, 6]);
    expect(() => imageOf('coded-diffraction', [3, 8, 6])).toThrow(
      'coded-diffraction with 4 masks measures arrays of shape (channels·4)×height×width, but the measurement is 3×8×6',
    );
  });
});
