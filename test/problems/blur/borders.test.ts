import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { operatorOf } from '../sound.js';

const odd = floatArray(Float32Array.of(0.1, 0.2, 0.1, 0.3, 0, 0.05, 0.05, 0.15, 0.05), [3, 3]);

const files = { '0.kernel': odd };

const random = keyedRandom(3, 'borders', 0);

/** y[i] = Σ kernel[d]·x[i − d], the sum itself. */
function blurred(x: FloatArray, at: (row: number, column: number) => number): number[] {
  const [, height, width] = x.shape;
  return Array.from({ length: height * width }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 9; k++) {
      sum += odd.data[k] * at(Math.floor(i / width) - Math.floor(k / 3) + 1, (i % width) - (k % 3) + 1);
    }
    return sum;
  });
}

describe('borders', () => {
  const x = random('x').normals([1, 5, 7]);
  const inside = (row: number, column: number) =>
    row >= 0 && row < 5 && column >= 0 && column < 7 ? x.data[row * 7 + column] : 0;
  const expected = blurred(x, inside);

  it('zero: the scene beyond the image is black', async () => {
    const y = await operatorOf('blur:kernel=k.npy,border=zero', [1, 5, 7], files).apply(x);
    expect(y.shape).toEqual([1, 5, 7]);
    for (const [i, value] of expected.entries()) expect(y.data[i]).toBeCloseTo(value, 6);
  });

  it('valid: only what no border touches', async () => {
    const y = await operatorOf('blur:kernel=k.npy,border=valid', [1, 5, 7], files).apply(x);
    expect(y.shape).toEqual([1, 3, 5]);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(expected[(Math.floor(i / 5) + 1) * 7 + (i % 5) + 1], 6);
    }
  });

  it.each([
    'gaussian-blur:sigma=1',
    'motion-blur:size=7,seed=2',
    'defocus-blur:radius=2.6',
    'blur:kernel=k.npy',
  ])('reflect and zero are the periodic blur of a scene twice as high and wide: %s', async (text) => {
    const scene = (value: (row: number, column: number) => number) =>
      floatArray(
        Float32Array.from({ length: 140 }, (_, i) => value(Math.floor(i / 14), i % 14)),
        [1, 10, 14],
      );
    const mirrored = scene((row, column) => inside(Math.min(row, 9 - row), Math.min(column, 13 - column)));
    for (const [border, whole] of [['reflect', mirrored] as const, ['zero', scene(inside)] as const]) {
      const y = await operatorOf(`${text},border=${border}`, x.shape, files).apply(x);
      const periodic = await operatorOf(`${text},border=circular`, whole.shape, files).apply(whole);
      for (const [i, value] of y.data.entries()) {
        expect(value).toBeCloseTo(periodic.data[14 * Math.floor(i / 7) + (i % 7)], 5);
      }
    }
  });

  it.each([
    ['blur:kernel=k.npy,border=valid', [7, 8]],
    ['gaussian-blur:sigma=1,border=valid', [11, 12]],
    ['gaussian-blur:sigma=1.4,border=valid', [15, 16]],
    ['gaussian-blur:sigma=1,size=5,border=valid', [9, 10]],
    ['motion-blur:size=9,border=valid', [13, 14]],
    ['defocus-blur:radius=1.5,border=valid', [7, 8]],
    ['defocus-blur:radius=1.6,border=valid', [9, 10]],
    ['defocus-blur:radius=1.6,border=zero', [5, 6]],
  ])('the image of a measurement by %s', (text, [height, width]) => {
    const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
    const problem = bind(spec, { measurementShape: [2, 5, 6] }, { files });
    expect(problem.imageShape).toEqual([2, height, width]);
  });

  it('refuses a kernel that is larger than the image where no border is allowed', () => {
    expect(() => operatorOf('gaussian-blur:sigma=2,border=valid', [1, 20, 12])).toThrow(
      'border=valid needs an image of at least 13×13 pixels, the kernel of the blur, but the image is 20×12',
    );
  });
});
