import { describe, expect, it } from 'vitest';
import { bind, problem, withEstimates } from '../../../problems/bind.js';
import { isLinear } from '../../../problems/operator.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { operatorOf } from '../sound.js';

/** Values from 0 to 1 whose middle is 0.4, as the estimate takes photographs to be. */
const uniform = keyedRandom(4, 'low-light', 0)('values');
const photograph = floatArray(
  Float32Array.from({ length: 40 * 50 }, () => uniform.uniform() ** (Math.log(0.4) / Math.log(0.5))),
  [1, 40, 50],
);
const dark = (exposure: number, gamma: number) =>
  floatArray(
    photograph.data.map((value) => exposure * value ** gamma),
    photograph.shape,
  );
const bound = (text: string, measurement: FloatArray) =>
  bind(problem(text, 'gaussian:sigma=0.01'), { measurementShape: measurement.shape }, { measurement });
const optionsOf = (text: string, measurement: FloatArray) =>
  bound(text, measurement).spec.operators[0].options as { exposure: number; gamma: number };

describe('low-light without options', () => {
  it.each([
    [0.3, 1],
    [0.15, 1.5],
    [0.6, 1.75],
  ])('finds exposure %d and gamma %d', (exposure, gamma) => {
    const found = optionsOf('low-light', dark(exposure, gamma));
    expect(found.exposure).toBeCloseTo(exposure, 1);
    expect(Math.abs(found.gamma - gamma)).toBeLessThan(0.1);
  });

  it('keeps what is given', () => {
    expect(optionsOf('low-light:exposure=0.35,gamma=1.3', dark(0.3, 1))).toEqual({
      exposure: 0.35,
      gamma: 1.3,
    });
  });

  it('is a linear problem where the tone curve is straight, so that exact solvers take it', () => {
    expect(isLinear(bound('low-light', dark(0.3, 1)).operator)).toBe(true);
    expect(isLinear(bound('low-light', dark(0.3, 2)).operator)).toBe(false);
  });

  it('does not stretch a black picture without end', () => {
    const found = optionsOf('low-light', floatArray(new Float32Array(100), [1, 10, 10]));
    expect(found).toEqual({ exposure: Number((1 / 255).toFixed(4)), gamma: 1 });
  });

  it('lifts no shadow so far that its noise and its colour cast are all there is to see', () => {
    expect(optionsOf('low-light', dark(0.9, 4)).gamma).toBe(1.8);
  });

  it('refuses an exposure beyond which much of the picture lies', () => {
    expect(() => bound('low-light:exposure=0.05', dark(0.3, 1))).toThrow(
      /^low-light:exposure is 0\.05, but 7\d % of the picture is brighter than that/,
    );
  });

  it('simulates with a fifth of the light and gamma 2.2, and the problem says so', () => {
    expect(withEstimates(problem('low-light', 'gaussian:sigma=0.01')).operators[0].options).toEqual({
      exposure: 0.2,
      gamma: 2.2,
    });
  });
});

const line = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

const valuesOf = (text: string, x: FloatArray) => operatorOf(text, x.shape).apply(x);

async function slopesOf(text: string, x: FloatArray): Promise<number[]> {
  const { pullback } = await operatorOf(text, x.shape).linearize(x);
  return [...(await pullback(floatArray(new Float32Array(x.data.length).fill(1), x.shape))).data];
}

function expectClose(found: ArrayLike<number>, expected: number[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 6);
}

describe('low-light', () => {
  const x = line(-0.5, 0, 0.5, 1);
  it('is exposure times a power', async () => {
    expectClose((await valuesOf('low-light:exposure=0.4,gamma=2', x)).data, [-0.1, 0, 0.1, 0.4]);
    expectClose(await slopesOf('low-light:exposure=0.4,gamma=2', x), [0.4, 0, 0.4, 0.8]);
    expectClose((await valuesOf('low-light:exposure=0.4,gamma=1', x)).data, [-0.2, 0, 0.2, 0.4]);
    expectClose(await slopesOf('low-light:exposure=0.4,gamma=1', x), [0.4, 0.4, 0.4, 0.4]);
  });
});
