import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { birdcageMaps } from '../../../problems/medical/coil-maps.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, linearOperatorOf, operatorOf } from '../sound.js';

agreesWithFixtures('mri', 4);

const images = (shape: readonly number[]) => keyedRandom(3, 'mri test', 0)('image').normals(shape);

/** The definition: Σ x[n] exp(−2πi k·n/(H, W))/√(HW), k and n from the middle. */
function slowTransform(
  re: ArrayLike<number>,
  im: ArrayLike<number>,
  height: number,
  width: number,
): Float64Array {
  const out = new Float64Array(2 * height * width);
  const middle = (size: number) => Math.floor(size / 2);
  for (let k = 0; k < height * width; k++) {
    const [ky, kx] = [Math.floor(k / width) - middle(height), (k % width) - middle(width)];
    for (let n = 0; n < height * width; n++) {
      const [y, x] = [Math.floor(n / width) - middle(height), (n % width) - middle(width)];
      const angle = -2 * Math.PI * ((ky * y) / height + (kx * x) / width);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      out[2 * k] += (re[n] * c - im[n] * s) / Math.sqrt(height * width);
      out[2 * k + 1] += (re[n] * s + im[n] * c) / Math.sqrt(height * width);
    }
  }
  return out;
}

describe('mri', () => {
  const files = { '0.maps': birdcageMaps(3, 7, 6) };
  it.each([
    ['mri', [1, 16, 12]],
    ['mri:acceleration=3,pattern=equispaced', [3, 9, 15]],
    ['mri:acceleration=2,acs=1,seed=4', [2, 7, 10]],
    ['mri', [1, 1, 7]],
    ['mri:acceleration=1', [1, 5, 1]],
    ['mri:coils=1', [2, 9, 8]],
    ['mri:coils=4,acceleration=3', [1, 16, 12]],
    ['mri:coils=3,pattern=equispaced,acs=2', [3, 7, 9]],
    ['mri:coils=2', [1, 1, 7]],
    ['gaussian-blur:sigma=1,border=reflect+mri:coils=2', [1, 8, 7]],
    ['colorize+mri:acceleration=2', [3, 8, 7]],
  ])('%s on %j is sound', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('is sound with masks and maps from files, whatever they are', async () => {
    const mask = floatArray(
      Float32Array.from({ length: 42 }, (_, i) => ((i * 5) % 7 < 3 ? 1 : 0)),
      [7, 6],
    );
    await expectSound(operatorOf('mri:mask=m.png', [1, 7, 6], { '0.mask': mask }));
    await expectSound(operatorOf('mri:mask=m.png,maps=s.npy', [2, 7, 6], { '0.mask': mask, ...files }));
    const random = { '0.maps': images([2, 7, 6, 2]) };
    await expectSound(operatorOf('mri:maps=s.npy', [1, 7, 6], random));
  });

  it('is sound whatever the options and sizes', async () => {
    const size = fc.integer({ min: 1, max: 14 });
    const given = fc.record({
      acceleration: fc.double({ min: 1, max: 9, noNaN: true }),
      pattern: fc.constantFrom('random', 'equispaced'),
      seed: fc.integer(),
      coils: fc.constantFrom('', ',coils=1', ',coils=3'),
    });
    await fc.assert(
      fc.asyncProperty(given, size, size, async ({ acceleration, pattern, seed, coils }, height, width) => {
        const text = `mri:acceleration=${acceleration},pattern=${pattern},seed=${seed}${coils}`;
        await expectSound(operatorOf(text, [1, height, width]));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it.each([
    [8, 6],
    [7, 5],
    [4, 9],
  ])('is the centred orthonormal Fourier transform on %i×%i', async (height, width) => {
    const x = images([1, height, width]);
    const maps = images([2, height, width, 2]);
    const single = await operatorOf('mri:acceleration=1', x.shape).apply(x);
    const several = await operatorOf('mri:acceleration=1,maps=s.npy', x.shape, { '0.maps': maps }).apply(x);
    const part = (coil: number, p: number) =>
      Float64Array.from(x.data, (value, i) => value * maps.data[2 * (coil * x.data.length + i) + p]);
    const expected = [
      slowTransform(x.data, new Float64Array(x.data.length), height, width),
      slowTransform(part(0, 0), part(0, 1), height, width),
      slowTransform(part(1, 0), part(1, 1), height, width),
    ];
    const found = [...single.data, ...several.data];
    expect(found).toHaveLength(6 * x.data.length);
    for (const [i, value] of expected.flatMap((values) => [...values]).entries()) {
      expect(Math.abs(found[i] - value)).toBeLessThan(2e-6);
    }
  });

  it('measures whole lines, zero elsewhere and said to be unseen', async () => {
    for (const text of ['mri', 'mri:coils=2']) {
      const { apply, observed } = operatorOf(text, [1, 8, 32]);
      const y = await apply(images([1, 8, 32]));
      const lines = Array.from({ length: 32 }, (_, line) => observed![2 * line]);
      expect(lines.reduce((sum, value) => sum + value, 0)).toBe(8);
      expect([...lines.slice(15, 17)]).toEqual([1, 1]);
      for (const [i, value] of y.data.entries()) {
        expect(observed![i]).toBe(lines[(i >> 1) % 32]);
        // The imaginary part of a frequency that is its own opposite is 0.
        if (i % 2 === 0) expect(value !== 0).toBe(observed![i] === 1);
        else if (observed![i] === 0) expect(Math.abs(value)).toBe(0);
      }
    }
  });

  it('gives the image back from all lines', async () => {
    for (const text of ['mri:acceleration=1', 'mri:acceleration=1,coils=5']) {
      const operator = linearOperatorOf(text, [1, 6, 9]);
      const x = images([1, 6, 9]);
      const back = await operator.adjoint(await operator.apply(x));
      for (const [i, value] of x.data.entries()) expect(Math.abs(back.data[i] - value)).toBeLessThan(2e-6);
    }
  });

  const imageOf = (text: string, measurementShape: number[], channels?: number) => {
    const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
    return bind(spec, { measurementShape }, { channels }).imageShape;
  };
  it('knows the image from the measurement; a prior of colour is measured in its luminance', () => {
    expect(imageOf('mri', [1, 8, 12, 2])).toEqual([1, 8, 12]);
    expect(imageOf('mri:coils=2', [6, 8, 12, 2])).toEqual([3, 8, 12]);
    expect(imageOf('mri:coils=2', [2, 8, 12, 2], 3)).toEqual([3, 8, 12]);
    expect(() => imageOf('mri:coils=2', [3, 8, 12, 2])).toThrow(
      'mri with 2 coils measures complex arrays of shape (channels·coils)×height×width, but the measurement is 3×8×12 (complex)',
    );
  });

  it('refuses what does not fit', () => {
    expect(() => operatorOf('mri:acceleration=8,acs=6', [1, 8, 32])).toThrow(
      'mri:acceleration=8 measures 4 of 32 lines, but acs=6 of them are in the centre',
    );
    const real = { '0.maps': images([3, 7, 6]) };
    expect(() => operatorOf('mri:maps=s.npy', [1, 7, 6], real)).toThrow(
      'mri:maps is 3×7×6 (real), expected complex numbers of shape 3×7×6',
    );
    expect(() => operatorOf('mri:maps=s.npy,coils=2', [1, 7, 6], files)).toThrow(
      'mri:maps is 3×7×6 (complex), expected complex numbers of shape 2×7×6',
    );
    const mask = { '0.mask': images([5, 6]) };
    expect(() => operatorOf('mri:mask=m.png', [1, 7, 6], mask)).toThrow(
      'mri:mask is 5×6, but the image is 7×6',
    );
  });
});
