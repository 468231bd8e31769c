import { describe, expect, it } from 'vitest';
import { ancestralStep, ddimStep, nextState, noised, startState } from '../../../solvers/parts/ancestral.js';
import { floatArray } from '../../../src/core/array.js';
import { normalsOf } from '../coordinates.js';

const SHAPE = [1, 2, 1];
const image = (...values: number[]) => floatArray(Float32Array.from(values), SHAPE);
const [x, clean] = [image(2, -1), image(0.5, 0.25)];
const one = () => normalsOf(1).random;

function expectImage(found: { data: Float32Array; shape: readonly number[] }, ...values: number[]) {
  expect(found.shape).toEqual(SHAPE);
  values.forEach((value, i) => {
    expect(found.data[i]).toBeCloseTo(value, 6);
  });
}

describe('the moves of chains', () => {
  it('begin at N(½, σ²), or about another mean', () => {
    expectImage(startState(SHAPE, 3, one()), 3.5, 3.5);
    expectImage(startState(SHAPE, 3, normalsOf(-1).random, 0.2), -2.8, -2.8);
  });

  it('keep a share of the noise and add what is fresh', () => {
    // x̂ + ½(x − x̂) + 0.1 n
    expectImage(nextState(clean, x, 0.5, 0.1, one()), 1.35, -0.275);
    expectImage(noised(x, 0.3, one()), 2.3, -0.7);
  });

  it('draw nothing where nothing is to be added, nor change what they were given', () => {
    const { random, drawn } = normalsOf(1);
    expectImage(nextState(clean, x, 0.5, 0, random), 1.25, -0.375);
    expectImage(ancestralStep(x, clean, 0.8, 0, random), 0.5, 0.25);
    expect(drawn()).toBe(0);
    expectImage(nextState(clean, x, 0.5), 1.25, -0.375);
    expectImage(x, 2, -1);
    expectImage(clean, 0.5, 0.25);
  });

  it("are Bayes' rule for x_σ' given x_σ and x0", () => {
    const [sigma, next] = [2, 0.6];
    // N(x0, σ'²) is known, and x_σ is that and noise of variance σ² − σ'².
    const precision = 1 / next ** 2 + 1 / (sigma ** 2 - next ** 2);
    const means = [0, 1].map(
      (i) => (clean.data[i] / next ** 2 + x.data[i] / (sigma ** 2 - next ** 2)) / precision,
    );
    expectImage(ancestralStep(x, clean, sigma, next, normalsOf(0).random), ...means);
    const spread = Math.sqrt(1 / precision);
    expectImage(ancestralStep(x, clean, sigma, next, one()), ...means.map((mean) => mean + spread));
  });

  it('follow the straight line to the denoised image, σ being the time', () => {
    expectImage(ddimStep(x, clean, 0.8, 0.2), 0.875, -0.0625);
    expectImage(ddimStep(x, clean, 0.8, 0), 0.5, 0.25);
  });
});
