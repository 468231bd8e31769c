import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { measure } from '../../../problems/measure.js';
import { normalSolve } from '../../../problems/normal-solve.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { cholesky, choleskySolve } from '../../../src/core/symmetric-eigen.js';
import { expectSound, linearOperatorOf, matrixOf, operatorOf } from '../sound.js';

const random = keyedRandom(3, 'unknown-border', 0);
const spec = (text: string) => ({ ...parseProblem(text), noise: parseTerm('gaussian:sigma=0.01') });
const lopsided = { '0.kernel': floatArray(Float32Array.of(0.1, 0.3, 0, 0.2, 0.1, 0.3), [2, 3]) };

describe('a blur with an unknown border', () => {
  it('is the default, and is sound', async () => {
    for (const [text, shape] of [
      ['gaussian-blur:sigma=0.6', [2, 9, 8]],
      ['gaussian-blur:sigma=6,size=7', [1, 9, 11]],
      ['motion-blur:size=5,seed=2', [1, 7, 9]],
      ['defocus-blur:radius=1.6', [3, 8, 6]],
      ['gaussian-blur:sigma=0.6,size=3+downsample:factor=2', [1, 10, 8]],
    ] as const) {
      await expectSound(operatorOf(text, shape));
    }
    await expectSound(operatorOf('blur:kernel=k.npy', [1, 6, 7], lopsided));
  });

  it('measures what border=valid measures', async () => {
    const x = random('scene').normals([1, 12, 10]);
    const [unknown, valid] = await Promise.all(
      ['unknown', 'valid'].map((border) =>
        operatorOf(`motion-blur:size=5,seed=2,border=${border}`, x.shape).apply(x),
      ),
    );
    expect(unknown.shape).toEqual([1, 8, 6]);
    for (const [i, value] of unknown.data.entries()) expect(value).toBeCloseTo(valid.data[i], 5);
  });

  it.each([1e-3, 0.1, 10])('solves its normal equations as Cholesky does, ρ = %d', async (rho) => {
    const operator = linearOperatorOf('gaussian-blur:sigma=0.8,size=5', [1, 9, 10]);
    const rows = await matrixOf(operator);
    const size = 90;
    const normal = Float64Array.from({ length: size * size }, (_, k) => {
      const [i, j] = [Math.floor(k / size), k % size];
      return rows.reduce((sum, row) => sum + row[i] * row[j], i === j ? rho : 0);
    });
    const b = await operator.adjoint(random('y').normals(operator.outputShape));
    const exact = choleskySolve(cholesky(normal, size), Float64Array.from(b.data));
    const found = await normalSolve(operator, b, rho);
    const scale = Math.max(...exact.map(Math.abs));
    for (const [i, value] of found.data.entries()) expect(value / scale).toBeCloseTo(exact[i] / scale, 4);
  });

  it('restores a larger scene and shows the part in the frame', () => {
    const problem = bind(spec('gaussian-blur:sigma=1,size=7'), { measurementShape: [3, 20, 31] });
    // 26 and 37 in the least sizes that are products of 2, 3 and 5.
    expect(problem.imageShape).toEqual([3, 27, 40]);
    const image = random('image').normals(problem.imageShape);
    const shown = problem.report(image);
    expect(shown.shape).toEqual([3, 20, 31]);
    expect(shown.data[0]).toBe(image.data[3 * 40 + 4]);
  });

  it('keeps the picture in place: blurring by a kernel of one point measures what is shown', async () => {
    const point = { '0.kernel': floatArray(Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0), [3, 3]) };
    for (const text of ['blur:kernel=k.npy', 'blur:kernel=k.npy+denoise']) {
      const problem = bind(spec(text), { measurementShape: [1, 11, 5] }, { files: point });
      const image = random('point').normals(problem.imageShape);
      const measured = await problem.operator.apply(image);
      for (const [i, value] of problem.report(image).data.entries())
        expect(measured.data[i]).toBeCloseTo(value, 5);
    }
  });

  it('counts the frame in pixels of the image where light is reduced before it', () => {
    const problem = bind(spec('downsample:factor=2,filter=area+gaussian-blur:sigma=1,size=3'), {
      measurementShape: [1, 8, 8],
    });
    expect(problem.imageShape).toEqual([1, 20, 20]);
    expect(problem.report(random('reduced').normals([1, 20, 20])).shape).toEqual([1, 16, 16]);
  });

  it('simulates a measurement smaller than the scene; its truth is the part in the frame', async () => {
    const problem = bind(spec('gaussian-blur:sigma=0.5,size=3'), { imageShape: [3, 12, 9] });
    const scene = random('scene').normals([3, 12, 9]);
    expect((await measure(problem, scene)).shape).toEqual([3, 10, 7]);
    expect(problem.report(scene).shape).toEqual([3, 10, 7]);
  });

  it('a grey picture is the luminance of its frame', () => {
    const problem = bind(
      spec('gaussian-blur:sigma=0.5,size=3'),
      { measurementShape: [1, 10, 10] },
      { channels: 3 },
    );
    expect(problem.report(random('grey').normals(problem.imageShape)).shape).toEqual([1, 10, 10]);
  });

  it('refuses an image that is smaller than the kernel', () => {
    expect(() => operatorOf('gaussian-blur:sigma=2', [1, 12, 13])).toThrow(
      'border=unknown needs an image of at least 13×13 pixels, the kernel of the blur, but the image is 12×13',
    );
  });
});
