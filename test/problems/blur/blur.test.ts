import { describe, expect, it } from 'vitest';
import { notesOf } from '../../../problems/bind.js';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, filled, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, linearOperatorOf as operatorOf } from '../sound.js';

agreesWithFixtures('blur', 12);

const specOf = (text: string, noiseText = 'gaussian:sigma=0.1') => ({
  ...parseProblem(text),
  noise: parseTerm(noiseText),
});

const image = (text: string, imageShape: number[], files?: Record<string, FloatArray>) =>
  bind(specOf(text), { imageShape }, { files });

const kernel = (values: number[], shape: number[]) => ({
  '0.kernel': floatArray(Float32Array.from(values), shape),
});

/** A kernel without any symmetry, so that convolution and correlation, rows and columns, differ. */
function lopsided(height: number, width: number): FloatArray {
  const values = keyedRandom(1, 'kernel', 0)('kernel', height, width).normals([height, width]).data;
  const weights = values.map(Math.abs);
  const sum = weights.reduce((total, value) => total + value, 0);
  return floatArray(
    weights.map((value) => value / sum),
    [height, width],
  );
}

describe('blur passes its own check', () => {
  it.each(['circular', 'reflect', 'zero', 'valid'])('a lopsided kernel with a %s border', async (border) => {
    const files = { '0.kernel': lopsided(5, 3) };
    for (const shape of [[2, 8, 8], [1, 7, 5], border === 'valid' ? [1, 5, 3] : [1, 2, 3]]) {
      await expectSound(operatorOf(`blur:kernel=k.npy,border=${border}`, shape, files));
    }
  });
});

describe('declared norms are exact where they are closed', () => {
  it('blur by a kernel that sharpens: its gain at the highest frequency', () => {
    const files = { '0.kernel': floatArray(Float32Array.of(-0.5, 2, -0.5), [1, 3]) };
    expect(operatorOf('blur:kernel=k.npy,border=circular', [1, 3, 8], files).norm).toBeCloseTo(3, 6);
  });
});

describe('bind', () => {
  const wide = [3, 8, 8];

  it('refuses kernels that are no blur', () => {
    const files = kernel([0.5, 0.5], [2]);
    expect(() => image('blur:kernel=k.npy,border=reflect', wide, files)).toThrow(
      'must be height×width, but it is 2',
    );
    const dim = kernel([0.25, 0.25, 0.25], [1, 3]);
    expect(() => image('blur:kernel=k.npy,normalize=false,border=reflect', wide, dim)).toThrow(
      'blur:kernel sums to 0.75, but a blur sums to 1',
    );
    expect(() => image('blur:kernel=k.npy,normalize,border=reflect', wide, dim)).not.toThrow();
    const zero = kernel([1, 0, -1], [1, 3]);
    expect(() => image('blur:kernel=k.npy,normalize,border=reflect', wide, zero)).toThrow(
      'sums to 0 and cannot be divided',
    );
    expect(() => image('blur:kernel=k.npy,border=reflect', wide, kernel([NaN, 0, 1], [1, 3]))).toThrow(
      'expected finite numbers',
    );
    expect(() => image('blur:kernel=k.npy,border=reflect', wide)).toThrow(
      'blur:kernel names a file that has not been read',
    );
  });

  it('normalises a kernel when told', async () => {
    const { operator } = image(
      'blur:kernel=k.npy,normalize,border=reflect',
      [1, 1, 3],
      kernel([1, 2, 1], [1, 3]),
    );
    const y = await operator.apply(floatArray(Float32Array.of(0, 1, 0), [1, 1, 3]));
    for (const [i, value] of [0.25, 0.5, 0.25].entries()) expect(y.data[i]).toBeCloseTo(value, 6);
  });
});

describe('kernels', () => {
  it('of even size have their middle after the half, as in an FFT', async () => {
    const x = keyedRandom(3, 'blur', 0)('even').normals([1, 1, 6]);
    const shift = { '0.kernel': floatArray(Float32Array.of(1, 0), [1, 2]) };
    const y = await operatorOf('blur:kernel=k.npy,border=circular', x.shape, shift).apply(x);
    for (let i = 0; i < 6; i++) expect(y.data[i]).toBeCloseTo(x.data[(i + 1) % 6], 5);
  });

  it('that move the scene, or are negative, are taken, and it is said', async () => {
    const notes = (values: readonly number[], shape: readonly number[]) =>
      notesOf(parseProblem('blur:kernel=k.png'), {
        files: { '0.kernel': floatArray(Float32Array.from(values), shape) },
      });
    const corner = Array.from({ length: 49 }, (_, i) => (i === 6 ? 1 : 0));
    expect(notes(corner, [7, 7])).toEqual([
      'the kernel k.png has its weight 3.0 px right of and 3.0 px above its middle, and the restored scene is moved back by that',
    ]);
    expect(notes([-0.25, 1.5, -0.25], [1, 3])).toEqual([
      'the kernel k.png holds negative values, so that it is more than a blur',
    ]);
    expect(notes([0.25, 0.25, 0.25, 0.25], [2, 2])).toEqual([]);
    expect(notes([0, 0, 0], [1, 3])).toEqual([expect.stringMatching(/sums to 0/)]);
    // Larger than the picture: the scene is larger still.
    const wide = { '0.kernel': floatArray(new Float32Array(41 * 61).fill(1), [41, 61]) };
    const problem = bind(
      { ...parseProblem('blur:kernel=k.png'), noise: { name: 'gaussian', options: { sigma: 0.01 } } },
      { measurementShape: [1, 20, 30] },
      { files: wide },
    );
    const y = await problem.operator.apply(filled(problem.imageShape, 0.5));
    for (const value of y.data) expect(value).toBeCloseTo(0.5, 4);
    expect(problem.report(filled(problem.imageShape, 0.5)).shape).toEqual([1, 20, 30]);
  });

  it('that do not sum to 1 are divided by their sum, and it is said', () => {
    const notes = (text: string, ...values: number[]) =>
      notesOf(parseProblem(text), {
        files: { '0.kernel': floatArray(Float32Array.from(values), [1, values.length]) },
      });
    expect(notes('blur:kernel=k.png', 0.5, 2, 0.5)).toEqual([
      'the kernel k.png sums to 3 and is divided by it, so that it is a blur',
    ]);
    expect(notes('blur:kernel=k.png', 0.25, 0.5, 0.25)).toEqual([]);
    expect(notes('blur:kernel=k.png,normalize=false', 0.5, 2, 0.5)).toEqual([]);
  });
});
