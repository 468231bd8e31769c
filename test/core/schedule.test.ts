import { describe, expect, it } from 'vitest';
import { geometricSigmas, karrasSigmas, vpSigma, vpSigmas, vpTime } from '../../src/core/schedule.js';

describe('karrasSigmas', () => {
  it('is evenly spaced in σ^(1/ρ) and ends with 0', () => {
    const grid = karrasSigmas(5, 0.01, 10);
    expect(grid[0]).toBeCloseTo(10, 12);
    expect(grid[4]).toBeCloseTo(0.01, 12);
    expect(grid[5]).toBe(0);
    const roots = [...grid.subarray(0, 5)].map((sigma) => sigma ** (1 / 7));
    for (let i = 1; i < 4; i++) expect(roots[i] - roots[i - 1]).toBeCloseTo(roots[i + 1] - roots[i], 12);
  });
});

describe('geometricSigmas', () => {
  it('falls in constant ratio from the highest level to the lowest, then to 0', () => {
    expect([...geometricSigmas(4, 0.01, 10)]).toEqual(
      [10, 1, 0.1, 0.01, 0].map((level) => expect.closeTo(level, 12)),
    );
    expect([...geometricSigmas(1, 0.01, 10)]).toEqual([10, 0]);
    expect(() => geometricSigmas(4, 1, 1)).toThrow('0 < lowest < highest');
  });
});

describe('vpSigma', () => {
  // ᾱ of DDPM's 1000 betas from 1e-4 to 0.02, multiplied up; the continuous schedule approaches it.
  it('agrees with the discrete linear schedule', () => {
    let product = 1;
    for (let t = 0; t < 1000; t++) {
      product *= 1 - (1e-4 + (t / 999) * (0.02 - 1e-4));
      if (![9, 99, 499, 899].includes(t)) continue;
      const discrete = 0.5 * Math.sqrt((1 - product) / product);
      expect(vpSigma((t + 1) / 1000) / discrete).toBeGreaterThan(0.95);
      expect(vpSigma((t + 1) / 1000) / discrete).toBeLessThan(1.05);
    }
  });

  it('is inverted by vpTime', () => {
    for (const time of [0.001, 0.1, 0.5, 1]) expect(vpTime(vpSigma(time))).toBeCloseTo(time, 10);
  });
});

describe('vpSigmas', () => {
  it('is evenly spaced in time', () => {
    const times = [...vpSigmas(6, 0.01, 3).subarray(0, 6)].map(vpTime);
    for (let i = 1; i < 5; i++) expect(times[i - 1] - times[i]).toBeCloseTo(times[i] - times[i + 1], 10);
    expect(vpSigma(times[0])).toBeCloseTo(3, 10);
    expect(vpSigma(times[5])).toBeCloseTo(0.01, 10);
  });

  it('falls with the square root of the step when quadratic', () => {
    const times = [...vpSigmas(5, 0.01, 3, 'quadratic').subarray(0, 5)].map(vpTime);
    const falls = times.map((time) => (times[0] - time) / (times[0] - times[4]));
    falls.forEach((fall, i) => {
      expect(fall).toBeCloseTo(Math.sqrt(i / 4), 10);
    });
  });

  it('has as many levels as steps, and 0', () => {
    for (const steps of [1, 2, 7]) {
      for (const grid of [
        vpSigmas(steps, 0.01, 3),
        vpSigmas(steps, 0.01, 3, 'quadratic'),
        karrasSigmas(steps, 0.01, 3),
      ]) {
        expect(grid.length).toBe(steps + 1);
        expect(grid[0]).toBeCloseTo(3, 10);
        expect(grid[steps]).toBe(0);
      }
    }
  });

  it('refuses levels that are not above 0, and steps that are not whole', () => {
    for (const lowest of [0, -0.1, Number.NaN]) {
      expect(() => vpSigmas(10, lowest, 1)).toThrow(RangeError);
      expect(() => geometricSigmas(10, lowest, 1)).toThrow(RangeError);
    }
    for (const steps of [0, -1, 1.5]) expect(() => vpSigmas(steps, 0.1, 1)).toThrow(`not ${steps}`);
  });

  it('says what range it expects', () => {
    expect(() => vpSigmas(10, 0.1, 0.1)).toThrow('0 < lowest < highest, found 0.1 and 0.1');
    expect(() => karrasSigmas(0, 0.1, 1)).toThrow('whole number of steps of at least 1, not 0');
  });
});
