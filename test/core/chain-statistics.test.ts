import { describe, expect, it } from 'vitest';
import { effectiveDraws, splitRHat } from '../../src/core/chain-statistics.js';
import { keyedRandom } from '../../src/core/random.js';

/** x_t = ρ x_{t−1} + √(1 − ρ²) n, of variance 1: worth n (1 − ρ)/(1 + ρ) draws. */
function autoregressive(rho: number, length: number, chain: number, shift = 0): Float64Array {
  const random = keyedRandom(0, 'autoregressive', chain)('noise');
  let x = random.normal();
  return Float64Array.from({ length }, () => {
    x = rho * x + Math.sqrt(1 - rho * rho) * random.normal();
    return x + shift;
  });
}

const chains = (rho: number, shift = 0) =>
  [0, 1, 2, 3].map((k) => autoregressive(rho, 5000, k, k === 3 ? shift : 0));

describe('chains', () => {
  it.each([0, 0.5, 0.9])('of correlation %s are worth (1 − ρ)/(1 + ρ) of their length', (rho) => {
    const expected = (20_000 * (1 - rho)) / (1 + rho);
    expect(effectiveDraws(chains(rho)) / expected).toBeGreaterThan(0.8);
    expect(effectiveDraws(chains(rho)) / expected).toBeLessThan(1.25);
    expect(splitRHat(chains(rho))).toBeLessThan(1.02);
  });

  it('that do not agree are told', () => {
    // Of eight halves six have the mean 0 and two 2: a variance of 6/7 between them, beside 1 within.
    expect(splitRHat(chains(0, 2))).toBeCloseTo(Math.sqrt(13 / 7), 1);
    expect(effectiveDraws(chains(0, 2))).toBeLessThan(20);
  });

  it('that stand still tell nothing, or that they differ', () => {
    const still = (value: number) => new Float64Array(10).fill(value);
    expect(splitRHat([still(1), still(1)])).toBe(1);
    expect(splitRHat([still(1), still(2)])).toBe(Number.POSITIVE_INFINITY);
    expect(effectiveDraws([still(1), still(1)])).toBe(0);
  });
});
