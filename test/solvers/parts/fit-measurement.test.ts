import { describe, expect, it } from 'vitest';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { diagonal } from '../../../problems/parts/diagonal.js';
import { problemOf } from '../../../problems/problem.js';
import { fitMeasurement } from '../../../solvers/parts/fit-measurement.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';

const SHAPE = [1, 1, 2];
const image = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const sigma = 0.1;
const observed = Float32Array.of(1, 0);
const problem = problemOf({ ...diagonal(SHAPE, observed), observed }, gaussianNoise(sigma));
const measurement = image(1, 0);

/** An image twice the variable, counting what is open. */
function doubled() {
  const seen: number[] = [];
  let open = 0;
  const imageOf = (variable: FloatArray) => {
    seen.push(variable.data[0]);
    open++;
    return {
      value: mapArray(variable, (value) => 2 * value),
      pullback: (v: FloatArray) => mapArray(v, (value) => 2 * value),
      release: () => {
        open--;
      },
    };
  };
  return { imageOf, seen, open: () => open };
}

describe('fitMeasurement', () => {
  it('moves by its rate towards the measurement, until the deviance of what is observed is small enough', async () => {
    const { imageOf, seen, open } = doubled();
    const variable = image(0, 0.7);
    let turns = 0;
    const settings = { rate: 0.1, iterations: 50, enough: 4 };
    const found = await fitMeasurement({ problem, measurement }, variable, imageOf, settings, async () => {
      turns++;
    });
    // Deviance (1 − 2x)²/σ² ≤ 4 from x = 0.4 on, and not before; Adam's first steps are about the rate.
    expect(1 - 2 * seen[seen.length - 2]).toBeGreaterThan(2 * sigma);
    expect(seen.length).toBe(6);
    expect(seen[1]).toBeCloseTo(0.1, 5);
    expect(found.data[0]).toBeCloseTo(2 * variable.data[0], 6);
    expect(Math.abs(1 - found.data[0])).toBeLessThanOrEqual(2 * sigma);
    // The hole says nothing.
    expect(variable.data[1]).toBeCloseTo(0.7, 6);
    expect(open()).toBe(0);
    expect(turns).toBe(seen.length);
  });

  it('stops after so many moves, with the image it has come to', async () => {
    const { imageOf, seen, open } = doubled();
    const variable = image(0, 0);
    const settings = { rate: 0.05, iterations: 3, enough: 1 };
    const found = await fitMeasurement({ problem, measurement }, variable, imageOf, settings, async () => {});
    expect(seen.length).toBe(4);
    expect(found.data[0]).toBeCloseTo(2 * variable.data[0], 6);
    expect(variable.data[0]).toBeCloseTo(0.15, 2);
    expect(open()).toBe(0);
  });

  it('moves nothing where the image agrees already', async () => {
    const { imageOf, seen } = doubled();
    const variable = image(0.5, 3);
    await fitMeasurement(
      { problem, measurement },
      variable,
      imageOf,
      { rate: 1, iterations: 9, enough: 1 },
      async () => {},
    );
    expect(seen.length).toBe(1);
    expect([...variable.data]).toEqual([0.5, 3]);
  });

  it('frees what it opened when it is stopped', async () => {
    const { imageOf, open } = doubled();
    let turns = 0;
    const stopped = fitMeasurement(
      { problem, measurement },
      image(0, 0),
      imageOf,
      { rate: 0.01, iterations: 9, enough: 1 },
      async () => {
        if (++turns === 3) throw new Error('enough');
      },
    );
    await expect(stopped).rejects.toThrow('enough');
    expect(open()).toBe(0);
  });
});
