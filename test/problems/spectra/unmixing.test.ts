import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import type { FloatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

agreesWithFixtures('unmixing', 1);

const normals = (shape: readonly number[]) => keyedRandom(5, 'spectra', 0)('array').normals(shape);

const imageOf = (text: string, measurementShape: number[], files?: Record<string, FloatArray>) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { files }).imageShape;
};

describe('unmixing', () => {
  const files = (shape: number[]) => ({ '0.endmembers': normals(shape) });
  it.each([
    [[7, 3], 4, 5],
    [[2, 5], 3, 3],
    [[1, 1], 1, 9],
    [[4, 4], 6, 1],
    [[3, 2], 40, 41],
  ])('with spectra of shape %j is sound', async (spectra, height, width) => {
    await expectSound(operatorOf('unmixing:endmembers=m.npy', [spectra[1], height, width], files(spectra)));
  });

  it.each([5, 6, 7, 8])('is sound where two materials are the same, of %i bands', async (bands) => {
    const spectra = normals([bands, 3]);
    for (let band = 0; band < bands; band++) spectra.data[3 * band + 2] = spectra.data[3 * band];
    const operator = linearOperatorOf('unmixing:endmembers=m.npy', [3, 2, 2], { '0.endmembers': spectra });
    await expectSound(operator);
    expect(operator.svd!.values.filter((value) => value === 0)).toHaveLength(4);
  });

  it('is the matrix of the spectra in every pixel', async () => {
    const spectra = normals([4, 2]);
    const rows = await matrixOf(
      operatorOf('unmixing:endmembers=m.npy', [2, 1, 3], { '0.endmembers': spectra }),
    );
    for (const [i, row] of rows.entries()) {
      for (const [j, value] of row.entries()) {
        const [band, material] = [Math.floor(i / 3), Math.floor(j / 3)];
        expect(value).toBe(i % 3 === j % 3 ? spectra.data[2 * band + material] : 0);
      }
    }
  });

  it('knows the image from the measurement and refuses other sizes', () => {
    expect(imageOf('unmixing:endmembers=m.npy', [7, 4, 5], files([7, 3]))).toEqual([3, 4, 5]);
    expect(() => imageOf('unmixing:endmembers=m.npy', [6, 4, 5], files([7, 3]))).toThrow(
      'unmixing:endmembers has 7 bands, but the measurement is 6×4×5 (bands×height×width)',
    );
    expect(() => operatorOf('unmixing:endmembers=m.npy', [2, 4, 5], files([7, 3]))).toThrow(
      'unmixing:endmembers has 3 materials, but the image is 2×4×5 (materials×height×width)',
    );
    expect(() => operatorOf('unmixing:endmembers=m.npy', [2, 4, 5])).toThrow('has not been read');
    expect(() => operatorOf('unmixing:endmembers=m.npy', [2, 4, 5], files([7]))).toThrow(
      'unmixing:endmembers is 7, expected finite values of shape bands×materials',
    );
  });
});
