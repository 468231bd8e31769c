import { describe, expect, it } from 'vitest';
import { compressiveImages } from '../../../solvers/parts/compressive-images.js';
import {
  decodeDraw,
  FAMILIES,
  factorsAround,
  fitCodes,
  shareOf,
} from '../../../solvers/parts/variational-codes.js';
import { floatArray } from '../../../src/core/array.js';
import { EXACT, linearMeasurement, linearPrior, linearProblem, SIGNS } from '../linear-decoder.js';
import { codeTask, start } from '../one-code.js';

const prior = linearPrior();
const images = compressiveImages(prior, [4, 1, 1], 1);
const task = { problem: linearProblem, measurement: linearMeasurement, prior, images, weight: 1 };
const draws = SIGNS.map((units) => ({ units: [units] }));

/** Rates fall from stage to stage, since Adam's steps do not shrink by themselves. */
async function fitted(weight: number, oneDraw = draws) {
  const q = { factors: factorsAround([floatArray(new Float32Array(3), [3, 1, 1])]) };
  for (const rate of [0.1, 0.01, 1e-3, 1e-4]) {
    const options = { iterations: 300, rate, longest: 1e9, averaged: 0.25 };
    await fitCodes({ ...task, weight }, q, () => oneDraw, options, { step: async () => {} }, 300);
  }
  return q;
}

describe('a linear decoder with normal codes', () => {
  it('gives the exact mean, and the widths and the bound of the best independent codes', async () => {
    const q = await fitted(1);
    const [{ centre, logWidth }] = q.factors;
    for (let j = 0; j < 3; j++) {
      expect(centre.data[j]).toBeCloseTo(EXACT.mean[j], 5);
      expect(Math.exp(logWidth.data[j])).toBeCloseTo(EXACT.meanFieldWidths[j], 5);
    }
    const drawn = await Promise.all(draws.map((draw) => decodeDraw(task, q, draw, FAMILIES.gaussian)));
    const bound = drawn.reduce((sum, sample) => sum + sample.bound, 0) / 8;
    expect(bound).toBeCloseTo(EXACT.bound, 4);
    expect(bound).toBeLessThan(EXACT.logEvidence);
  });

  it('gives the most probable code without draws, and leaves the widths', async () => {
    const [{ centre, logWidth }] = (await fitted(1, [{} as (typeof draws)[0]])).factors;
    for (let j = 0; j < 3; j++) expect(centre.data[j]).toBeCloseTo(EXACT.mean[j], 5);
    expect([...logWidth.data]).toEqual([0, 0, 0]);
  });

  it('is drawn to the prior by its weight: a_i² = λ/(λ + [WᵀAᵀAW]_ii/σ²)', async () => {
    const [{ logWidth }] = (await fitted(4)).factors;
    EXACT.meanFieldWidths.forEach((width, j) => {
      const precision = 1 / width ** 2 - 1;
      expect(Math.exp(logWidth.data[j])).toBeCloseTo(Math.sqrt(4 / (4 + precision)), 4);
    });
  });
});

describe('one code that is uniform around its centre', () => {
  it('has the optimum of the notes: p(z) = N(0, 2²) * U, y = 1.5 ~ N(z, 0.8²)', async () => {
    // Chebyshev's quadrature of six equal weights, exact to the seventh degree, in place of draws.
    const units = [0.866246818, 0.422518654, 0.266635402].flatMap((node) => [node / 2, -node / 2]);
    const q = start();
    for (const rate of [0.1, 0.01, 1e-3, 1e-4]) {
      const options = { iterations: 250, rate, longest: 1e9, averaged: 0.25 };
      const oneDraw = units.map((u) => ({ units: [floatArray(Float32Array.of(u), [1, 1, 1])] }));
      await fitCodes(codeTask, q, () => oneDraw, options, { step: async () => {} }, 250);
    }
    const [{ centre, logWidth }] = q.factors;
    expect(centre.data[0]).toBeCloseTo(1.29679, 4);
    expect(Math.exp(logWidth.data[0])).toBeCloseTo(2.57672, 4);
  });
});

describe('shareOf', () => {
  it('is b of the notes: pixels seen with weights 1, ½, ½, 1 under σ = 0.2', () => {
    const diagonal = [1, 0.25, 0.25, 1];
    [0.1, 0.2, 0.3, 0.4].forEach((sigma, i) => {
      expect(shareOf(sigma, diagonal[i] / 0.04)).toBeCloseTo(EXACT.shares[i], 6);
    });
    expect(shareOf(0.3, 0)).toBe(1);
  });
});
