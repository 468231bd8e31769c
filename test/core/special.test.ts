import { describe, expect, it } from 'vitest';
import { logGamma, logNormalCdf, logUpperGamma, scaledBesselI, scaledErfc } from '../../src/core/special.js';

describe('logGamma', () => {
  it('is the logarithm of factorials', () => {
    let logFactorial = 0;
    for (let n = 1; n <= 200; n++) {
      // Γ(n) = (n − 1)!
      expect(Math.abs(logGamma(n) - logFactorial)).toBeLessThan(1e-14 * Math.max(1, logFactorial));
      logFactorial += Math.log(n);
    }
  });

  it('is right between integers: Γ(½) = √π and x ↦ x + 1 multiplies by x', () => {
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 14);
    for (const x of [1e-6, 0.01, 0.3, 2.5, 9.9, 10, 12.7, 1234.5]) {
      const [next, step] = [logGamma(x + 1), logGamma(x) + Math.log(x)];
      expect(Math.abs(next - step)).toBeLessThan(1e-14 * Math.max(10, Math.abs(next)));
    }
    // Legendre: Γ(x)Γ(x + ½) = 2^(1−2x) √π Γ(2x), on both sides of where the series begins.
    for (const x of [0.2, 4.9, 9.7, 10.1, 40]) {
      const doubled = logGamma(2 * x) + (1 - 2 * x) * Math.LN2 + 0.5 * Math.log(Math.PI);
      expect(logGamma(x) + logGamma(x + 0.5)).toBeCloseTo(doubled, 11);
    }
  });
});

describe('scaledBesselI', () => {
  /** e^(−x)/π ∫₀^π exp(x·cos θ)·cos nθ dθ by the trapezoidal rule, exact but for rounding. */
  function integral(order: number, x: number): number {
    const points = 400;
    let sum = 0;
    for (let k = 0; k < points; k++) {
      const angle = (Math.PI * (2 * k + 1)) / (2 * points);
      sum += Math.exp(x * (Math.cos(angle) - 1)) * Math.cos(order * angle);
    }
    return sum / points;
  }

  it.each([0, 1] as const)('of order %i is the integral that defines it', (order) => {
    for (const x of [0, 1e-3, 0.5, 3, 12, 29.9, 30, 30.1, 55, 400, 1000]) {
      const exact = integral(order, x);
      expect(Math.abs(scaledBesselI(order, x) - exact)).toBeLessThan(1e-13 * exact + 1e-15);
    }
  });
});

describe('logGamma', () => {
  it('is log (n − 1)! at whole numbers and ½ log π at ½', () => {
    for (let n = 1, factorial = 0; n < 200; factorial += Math.log(n++)) {
      expect(Math.abs(logGamma(n) - factorial)).toBeLessThan(2e-13 * (1 + factorial));
    }
    expect(logGamma(0.5)).toBeCloseTo(0.5 * Math.log(Math.PI), 13);
    expect(logGamma(3.7)).toBeCloseTo(1.428072326665388, 13);
  });
});

describe('scaledBesselI', () => {
  // scipy.special.i0e and i1e, SciPy 1.x.
  it.each([
    [0, 1, 0],
    [0.1, 0.9071009257823011, 0.045298446808809324],
    [1, 0.46575960759364043, 0.2079104153497085],
    [5, 0.18354081260932834, 0.16397226694454234],
    [29.9, 0.07326921904600191, 0.0720333749118688],
    [30.1, 0.07302329413106094, 0.07179985435101434],
    [200, 0.028227159949111912, 0.028156503394832916],
    [1e5, 0.0012615678379767766, 0.001261561530121817],
  ])("is SciPy's at %d", (x, zeroth, first) => {
    expect(Math.abs(scaledBesselI(0, x) - zeroth)).toBeLessThanOrEqual(1e-13 * zeroth);
    expect(Math.abs(scaledBesselI(1, x) - first)).toBeLessThanOrEqual(1e-13 * first);
  });
});

describe('scaledErfc', () => {
  it('is e^(x²)·erfc(x) by mpmath, in each of its three ranges', () => {
    const truth = [
      [-5, 144009798674.66104],
      [-1, 5.008980080762283],
      [0.2, 0.8090195199015807],
      [0.5, 0.6156903441929259],
      [1, 0.427583576155807],
      [3.9, 0.14031418160068973],
      [4.1, 0.133834116418652],
      [100, 0.005641613782989433],
    ];
    for (const [x, value] of truth) expect(Math.abs(scaledErfc(x) / value - 1)).toBeLessThan(4e-15);
  });
});

describe('logNormalCdf', () => {
  it('is log Φ by mpmath, to rounding in both tails', () => {
    const truth = [
      [-30, -454.3212439563432],
      [-5, -15.064998393988725],
      [0, -Math.LN2],
      [1, -0.17275377902344988],
      [3.9, -4.8097500683844425e-5],
      [10, -7.619853024160527e-24],
    ];
    for (const [x, value] of truth) expect(Math.abs(logNormalCdf(x) / value - 1)).toBeLessThan(1e-13);
  });
});

describe('logUpperGamma', () => {
  it('is log Q(a, x) by mpmath, on both sides of where the continued fraction begins', () => {
    const truth = [
      [0.5, 0.1, -0.4235463234759657],
      [0.5, 1.4, -2.361652667450257],
      [0.5, 1.6, -2.6085904139265486],
      [0.5, 50, -52.53813796995252],
      [2, 0.5, -0.09453489189183562],
      [0.25, 7, -9.838927590450158],
    ];
    for (const [a, x, value] of truth) expect(Math.abs(logUpperGamma(a, x) / value - 1)).toBeLessThan(1e-13);
    expect(logUpperGamma(3, 0)).toBe(0);
  });
});
