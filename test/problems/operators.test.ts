import { describe, expect, it } from 'vitest';
import { affine } from '../../problems/algebra/affine.js';
import { checkOperator, estimateNorm } from '../../problems/check.js';
import { type ForwardOperator, type LinearOperator, straightThrough } from '../../problems/operator.js';
import { clipping } from '../../problems/restoration/clip.js';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { operatorOf as anyOperator, expectSound, linearOperatorOf as operatorOf } from './sound.js';

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

describe('every operator passes its own check', () => {
  const shapes = [
    [3, 12, 8],
    [1, 9, 15],
    [2, 1, 7],
    [3, 17, 11],
  ];
  const anySize = [
    'denoise',
    'inpaint:fraction=0.4,seed=5',
    'gaussian-blur:sigma=1.3,border=reflect',
    'gaussian-blur:sigma=1.3,border=circular',
    'gaussian-blur:sigma=6,border=reflect',
    'gaussian-blur:sigma=6,border=circular',
    'motion-blur:size=9,seed=2,border=reflect',
    'motion-blur:size=9,seed=2,border=circular',
    'gaussian-blur:sigma=1.3,border=zero',
    'motion-blur:size=9,seed=2,border=zero',
    'defocus-blur:radius=2.6,border=reflect',
    'defocus-blur:radius=0.4,border=reflect',
    'defocus-blur:radius=9,border=zero',
    'downsample:factor=2',
    'downsample:factor=3,filter=lanczos',
    'downsample:factor=2,filter=bilinear',
    'gaussian-blur:sigma=1,border=reflect+downsample:factor=2',
  ];
  for (const shape of shapes) {
    it.each(anySize)(`%s on ${shape.join('×')}`, async (text) => {
      await expectSound(operatorOf(text, shape));
    });
  }

  it.each([
    ['inpaint:box=1:2:3:4', [3, 8, 12]],
    ['downsample:factor=4', [3, 12, 16]],
    ['downsample:factor=3', [1, 9, 15]],
    ['downsample:factor=2,filter=area', [3, 12, 8]],
    ['downsample:factor=5,filter=area', [2, 5, 15]],
    ['downsample:factor=2,filter=gaussian', [3, 12, 8]],
    ['downsample:factor=3,filter=gaussian,sigma=0.8', [2, 15, 9]],
    ['colorize', [3, 7, 6]],
    ['colorize+inpaint:fraction=0.5', [3, 7, 6]],
    ['colorize+gaussian-blur:sigma=1,border=circular', [3, 7, 6]],
    ['colorize+downsample:factor=2', [3, 8, 6]],
    ['denoise+colorize+denoise+motion-blur:size=5,border=circular', [3, 8, 6]],
    ['downsample:factor=2,filter=area+gaussian-blur:sigma=1,border=reflect', [3, 8, 6]],
    ['inpaint:fraction=0.2+gaussian-blur:sigma=1,border=reflect', [3, 8, 6]],
    ['gaussian-blur:sigma=1.3,border=valid', [3, 17, 12]],
    ['motion-blur:size=9,border=valid', [1, 9, 16]],
    ['defocus-blur:radius=2,border=valid', [2, 12, 8]],
    ['demosaic', [3, 12, 8]],
    ['demosaic:pattern=gbrg', [3, 9, 15]],
    ['demosaic:pattern=bggr+gaussian-blur:sigma=1,border=reflect', [3, 7, 6]],
    ['gaussian-blur:sigma=1,border=reflect+demosaic', [3, 7, 6]],
  ])('%s on %j', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it.each(['circular', 'reflect', 'zero', 'valid'])('a lopsided kernel with a %s border', async (border) => {
    const files = { '0.kernel': lopsided(5, 3) };
    for (const shape of [[2, 8, 8], [1, 7, 5], border === 'valid' ? [1, 5, 3] : [1, 2, 3]]) {
      await expectSound(operatorOf(`blur:kernel=k.npy,border=${border}`, shape, files));
    }
  });
});

describe('checkOperator', () => {
  const sound = operatorOf('gaussian-blur:sigma=1,border=circular', [1, 6, 8]);
  const shifted = (x: FloatArray) =>
    floatArray(
      Float32Array.from(x.data, (_, i) => x.data.at(i - 1)!),
      x.shape,
    );
  const failing = async (changes: Partial<LinearOperator>) =>
    (await checkOperator({ ...sound, ...changes })).filter((result) => !result.ok).map(({ check }) => check);

  it('finds what is wrong', async () => {
    const { adjoint, apply } = sound as { [Key in 'adjoint' | 'apply']: (x: FloatArray) => FloatArray };
    expect(await failing({ adjoint: (y) => shifted(adjoint(y)) })).toContain('adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩');
    expect(await failing({ norm: 0.99 })).toEqual(['norm: ‖A‖ is at most what is declared']);
    expect(await failing({ pseudoInverse: adjoint })).toContain('pseudo-inverse: A A† A = A');
    expect(await failing({ normalSolve: (b) => b })).toHaveLength(2);
    expect(await failing({ svd: { ...sound.svd!, fromSpectrum: shifted } })).toEqual([
      'SVD: V Vᵀ = I and ‖Vᵀx‖ = ‖x‖',
    ]);
    expect(await failing({ svd: { ...sound.svd!, measurementToSpectrum: shifted } })).toHaveLength(1);
    expect(await failing({ rowScale: 1 })).toEqual(['A Aᵀ = c I']);
    const affine = (x: FloatArray) =>
      floatArray(
        apply(x).data.map((value) => value + 1),
        x.shape,
      );
    expect(await failing({ apply: affine })).toContain('linearity: A(ax + bz) = aAx + bAz');
    expect(await failing({ outputShape: [1, 8, 6] })).toContain(
      'apply gives finite values of the declared shape',
    );
  });

  const squares = {
    inputShape: [5],
    outputShape: [5],
    field: 'real' as const,
    apply: (x: FloatArray) =>
      floatArray(
        x.data.map((value) => value * value),
        [5],
      ),
  };
  const derivative = (factor: number) => (x: FloatArray) => ({
    value: squares.apply(x),
    pullback: (v: FloatArray) =>
      floatArray(
        v.data.map((value, i) => factor * x.data[i] * value),
        [5],
      ),
    release() {},
  });

  it('compares a staircase with its surrogate, and an affine operator with its linear part', async () => {
    const all = async (operator: ForwardOperator) =>
      (await checkOperator(operator)).filter((result) => !result.ok).map(({ check }) => check);
    const smooth = { ...squares, linearize: derivative(2) };
    const steps = straightThrough((x) => mapArray(squares.apply(x), (v) => Math.round(8 * v) / 8), smooth);
    expect(await all(steps)).toEqual([]);
    expect(await all({ ...steps, linearize: derivative(1.98) })).toEqual(["pullback is the surrogate's"]);
    const offset = floatArray(new Float32Array(48).fill(0.2), [1, 6, 8]);
    const shifting = affine(sound, offset);
    expect(await all(shifting)).toEqual([]);
    const other = operatorOf('gaussian-blur:sigma=1.01,border=circular', [1, 6, 8]);
    expect(await all({ ...shifting, linearPart: other })).toEqual([
      'affine: A(x) = Lx + A(0)',
      "pullback is the linear part's",
    ]);
  });

  it('bears with kinks, but not with a wrong derivative beside them', async () => {
    const clipped = clipping([1, 9, 8], 3);
    const scaled = (factor: number): ForwardOperator => ({
      ...clipped,
      async linearize(x) {
        const { value, pullback, release } = await clipped.linearize(x);
        return { value, release, pullback: async (v) => mapArray(await pullback(v), (g) => factor * g) };
      },
    });
    const ok = async (factor: number) => (await checkOperator(scaled(factor))).every((result) => result.ok);
    expect(await ok(1)).toBe(true);
    expect(await ok(0.99)).toBe(false);
  });

  it('passes right derivatives of large images, whatever their zeros and edges', async () => {
    for (const [text, shape] of [
      ['phase-retrieval', [1, 64, 64]],
      ['coded-diffraction', [1, 64, 64]],
      ['closure-phases:quantities=amplitudes', [1, 64, 64]],
      ['low-light', [3, 96, 128]],
    ] as const) {
      await expectSound(anyOperator(text, shape));
    }
  });

  it('finds a derivative that is off by three thousandths in a large and nearly linear operator', async () => {
    const shape = [3, 384, 384];
    const bent = (factor: number): ForwardOperator => ({
      inputShape: shape,
      outputShape: shape,
      field: 'real',
      apply: (x) => mapArray(x, (value) => value + 0.001 * value ** 2),
      linearize: async (x) => ({
        value: mapArray(x, (value) => value + 0.001 * value ** 2),
        pullback: (v) => mapArray(v, (value, i) => factor * (1 + 0.002 * x.data[i]) * value),
        release() {},
      }),
    });
    const ok = async (factor: number) => (await checkOperator(bent(factor))).every((result) => result.ok);
    expect(await ok(1)).toBe(true);
    expect(await ok(1.003)).toBe(false);
  });

  it('finds a derivative that is off by a hundredth in a nonlinear operator', async () => {
    expect((await checkOperator({ ...squares, linearize: derivative(2) })).every(({ ok }) => ok)).toBe(true);
    expect((await checkOperator({ ...squares, linearize: derivative(1.98) })).every(({ ok }) => ok)).toBe(
      false,
    );
  });
});

describe('downsample by filter=gaussian', () => {
  it('is the circular blur of that sigma, then the first pixel of each block', async () => {
    const x = keyedRandom(2, 'downsample', 0)('x').normals([2, 6, 9]);
    const y = await operatorOf('downsample:factor=3,filter=gaussian,sigma=0.9', x.shape).apply(x);
    const blurred = await operatorOf('gaussian-blur:sigma=0.9,border=circular', x.shape).apply(x);
    expect(y.shape).toEqual([2, 2, 3]);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(blurred.data[3 * 9 * Math.floor(i / 3) + 3 * (i % 3)], 5);
    }
  });
});

describe('declared norms are exact where they are closed', () => {
  it.each([
    ['gaussian-blur:sigma=1,border=reflect', [1, 8, 9]],
    ['gaussian-blur:sigma=1,border=circular', [1, 8, 9]],
    ['downsample:factor=2', [1, 8, 10]],
    ['downsample:factor=2,filter=area', [1, 8, 10]],
    ['downsample:factor=2,filter=gaussian', [1, 8, 10]],
    ['colorize', [3, 4, 5]],
    ['inpaint:fraction=0.5', [1, 6, 6]],
    ['colorize+downsample:factor=2', [3, 8, 10]],
  ])('%s', async (text, shape) => {
    const operator = operatorOf(text, shape);
    expect(await estimateNorm(operator, keyedRandom(0, 'norm', 0), 1000)).toBeCloseTo(operator.norm!, 3);
  });

  it('blur by a kernel that sharpens: its gain at the highest frequency', () => {
    const files = { '0.kernel': floatArray(Float32Array.of(-0.5, 2, -0.5), [1, 3]) };
    expect(operatorOf('blur:kernel=k.npy,border=circular', [1, 3, 8], files).norm).toBeCloseTo(3, 6);
  });
});
