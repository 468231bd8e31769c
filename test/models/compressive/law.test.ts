import { describe, expect, it } from 'vitest';
import { generalisedGaussian } from '../../../models/compressive/law.js';
import { keyedRandom } from '../../../src/core/random.js';

/** ∫ f over (−90, 90) by the midpoint rule. */
function integral(f: (t: number) => number, to = 90): number {
  const step = 1 / 64;
  let sum = 0;
  for (let t = -90 + step / 2; t < to; t += step) sum += f(t) * step;
  return sum;
}

describe.each([
  [0.7, 19.609905],
  [1, 4],
  [1.5, 1.476976],
  [2, 1],
  [3, 0.746564],
])('the generalised Gaussian law of shape %f', (beta, variance) => {
  const law = generalisedGaussian(beta);

  it('has mass 1, and the mass below t that its cumulative distribution says', () => {
    // A kink at 0 costs the rule some digits.
    const digits = beta < 1 ? 3 : 4;
    expect(integral((t) => Math.exp(law.logDensity(t)))).toBeCloseTo(1, digits);
    for (const t of [-2, -0.5, 0, 0.25, 1.5]) {
      const below = integral((s) => Math.exp(law.logDensity(s)), t);
      expect(Math.exp(law.logCdf(t))).toBeCloseTo(below, digits - 1);
    }
  });

  it('is symmetric', () => {
    for (const t of [0.1, 1, 3])
      expect(Math.exp(law.logCdf(t)) + Math.exp(law.logCdf(-t))).toBeCloseTo(1, 12);
  });

  it('is drawn with its variance, 2 Γ(3/β)/Γ(1/β) by SciPy', () => {
    const random = keyedRandom(0, 'law', 0)(beta);
    const draws = Array.from({ length: 20_000 }, () => law.draw(random));
    const squares = draws.map((t) => t * t);
    const mean = squares.reduce((sum, value) => sum + value, 0) / draws.length;
    const spread = Math.sqrt(squares.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / draws.length;
    expect(Math.abs(mean - variance)).toBeLessThan(4 * spread + 0.01 * variance);
  });
});

describe('the shape β', () => {
  it('of 2 is the normal law, of 1 Laplace’s with scale √2', () => {
    expect(generalisedGaussian(2).logCdf(-30)).toBeCloseTo(-454.3212439563432, 9);
    const almost = generalisedGaussian(2 + 1e-12);
    for (const t of [-9, -1, 0.5, 3]) {
      expect(almost.logCdf(t)).toBeCloseTo(generalisedGaussian(2).logCdf(t), 9);
      expect(almost.logDensity(t)).toBeCloseTo(generalisedGaussian(2).logDensity(t), 9);
    }
    expect(generalisedGaussian(1).logCdf(-3)).toBeCloseTo(-Math.LN2 - 3 / Math.SQRT2, 12);
  });
});

it.each([
  [-0.5, 0.5],
  [-4.6, 4.4],
  [-1.25, -0.25],
  [-0.0005, 0.0004],
  [-41, -39],
  [-180.4, -180.2],
])(
  'the normal law knows the mass from %f to %f as any law does, and the densities at both over it',
  (a, b) => {
    const { logCdf, logDensity, between } = generalisedGaussian(2);
    const logMass = logCdf(b) + Math.log(-Math.expm1(logCdf(a) - logCdf(b)));
    const found = between(a, b);
    const near = (value: number, expected: number) =>
      expect(Math.abs(value - expected)).toBeLessThan(1e-11 * Math.abs(expected) + 1e-15);
    near(found.logMass, logMass);
    near(found.atLower, Math.exp(logDensity(a) - logMass));
    near(found.atUpper, Math.exp(logDensity(b) - logMass));
  },
);
