import { describe, expect, it } from 'vitest';
import { generalisedGaussian } from '../../../models/compressive/law.js';
import { conditionalRate, normalRate } from '../../../models/compressive/rate.js';
import { floatArray } from '../../../src/core/array.js';

const one = (value: number) => floatArray(Float32Array.of(value), [1]);

// Powers of two, so that no float32 rounding stands between a value and its neighbours.
const STEP = 2 ** -10;

function differences(beta: number, z: number, mean: number, scale: number) {
  const law = generalisedGaussian(beta);
  const nats = (dz: number, dm: number, ds: number) =>
    conditionalRate(one(z + dz), one(mean + dm), one(scale + ds), law).nats;
  const slope = (f: (step: number) => number) => (f(STEP) - f(-STEP)) / (2 * STEP);
  return [slope((h) => nats(h, 0, 0)), slope((h) => nats(0, h, 0)), slope((h) => nats(0, 0, h))];
}

describe('conditionalRate', () => {
  it('is minus the logarithm of the mass within half a unit', () => {
    // scipy: -log(norm.cdf(.75) - norm.cdf(.25)), z 1 above the mean, scale 2.
    const { nats } = conditionalRate(one(1), one(0), one(2), generalisedGaussian(2));
    expect(nats).toBeCloseTo(1.744878, 5);
  });

  it('sums to one over whole numbers', () => {
    for (const beta of [1, 2]) {
      let mass = 0;
      for (let z = -60; z <= 60; z++) {
        mass += Math.exp(-conditionalRate(one(z), one(0.25), one(3), generalisedGaussian(beta)).nats);
      }
      expect(mass).toBeCloseTo(1, 5);
    }
  });

  it.each([
    [2, 0.25, 0.75, 0.5],
    [2, 3, -1, 0.125],
    [2, 20, 0, 0.5],
    [2, -0.125, 0, 8],
    [1, 1.5, 0.25, 1],
    [1.5, -2, 0.5, 0.75],
  ])(
    'has the gradients of its finite differences: β = %f, z = %f, mean %f, scale %f',
    (beta, z, mean, scale) => {
      const { gradient, ofMeans, ofScales } = conditionalRate(
        one(z),
        one(mean),
        one(scale),
        generalisedGaussian(beta),
      );
      const expected = differences(beta, z, mean, scale);
      [gradient, ofMeans, ofScales].forEach(({ data }, k) => {
        expect(Math.abs(data[0] - expected[k])).toBeLessThan(2e-3 * Math.abs(expected[k]) + 1e-4);
      });
    },
  );
});

it('normalRate is −log N(z; 0, I)', () => {
  const { nats, gradient } = normalRate(floatArray(Float32Array.of(1, -2), [2]));
  expect(nats).toBeCloseTo(Math.log(2 * Math.PI) + 2.5, 12);
  expect([...gradient.data]).toEqual([1, -2]);
});
