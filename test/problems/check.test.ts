import { describe, expect, it } from 'vitest';
import { affine } from '../../problems/algebra/affine.js';
import { checkOperator } from '../../problems/check.js';
import { type ForwardOperator, type LinearOperator, straightThrough } from '../../problems/operator.js';
import { clipping } from '../../problems/restoration/clip.js';
import { type FloatArray, floatArray, mapArray } from '../../src/core/array.js';
import { operatorOf as anyOperator, expectSound, linearOperatorOf as operatorOf } from './sound.js';

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
