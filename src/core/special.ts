/** Special functions. */

/**
 * log Γ(x) for x > 0, relative error below 1e-14: Stirling's series, after the recurrence Γ(x+1) = xΓ(x) has carried x
 * to where eight terms suffice (Abramowitz & Stegun 6.1.41).
 */
export function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  while (at < 10) shift += Math.log(at++);
  const inverse = 1 / (at * at);
  const series =
    1 / 12 -
    inverse *
      (1 / 360 -
        inverse *
          (1 / 1260 -
            inverse * (1 / 1680 - inverse * (1 / 1188 - inverse * (691 / 360360 - inverse / 156)))));
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series / at - shift;
}

/**
 * e^(−x)·Iₙ(x) for x ≥ 0 and n = 0 or 1, the modified Bessel function scaled so that it does not overflow; relative
 * error below 1e-13: the power series up to x = 30 (Abramowitz & Stegun 9.6.10), the asymptotic series beyond
 * (9.7.1).
 */
export function scaledBesselI(order: 0 | 1, x: number): number {
  return x <= 30 ? besselPowerSeries(order, x) : besselAsymptoticSeries(order, x);
}

function besselPowerSeries(order: 0 | 1, x: number): number {
  const square = 0.25 * x * x;
  let term = order === 0 ? 1 : 0.5 * x;
  let sum = term;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= square / (k * (k + order));
    sum += term;
  }
  return sum * Math.exp(-x);
}

function besselAsymptoticSeries(order: 0 | 1, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; Math.abs(term) > 1e-17; k++) {
    term *= ((2 * k - 1) ** 2 - 4 * order * order) / (8 * k * x);
    sum += term;
  }
  return sum / Math.sqrt(2 * Math.PI * x);
}

/**
 * e^(x²)·erfc(x), which neither overflows nor vanishes for x ≥ 0; relative error below 1e-15. Rational approximations
 * of Cody (Math. Comp. 23, 1969).
 */
export function scaledErfc(x: number): number {
  const size = Math.abs(x);
  if (size <= 0.46875) return Math.exp(x * x) * (1 - x * ratio(ERF, size * size));
  const tail = size <= 4 ? ratio(ERFC_NEAR, size) : farTail(size);
  return x > 0 ? tail : 2 * Math.exp(x * x) - tail;
}

function farTail(x: number): number {
  const inverse = 1 / (x * x);
  return (1 / Math.sqrt(Math.PI) - inverse * ratio(ERFC_FAR, inverse)) / x;
}

/** Numerator and denominator, the highest power first. */
type Rational = readonly [readonly number[], readonly number[]];

function ratio([above, below]: Rational, x: number): number {
  return polynomial(above, x) / polynomial(below, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let k = 0; k < coefficients.length; k++) sum = sum * x + coefficients[k];
  return sum;
}

const ERF: Rational = [
  [0.18577770618460315, 3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694],
  [1, 23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171],
];
const ERFC_NEAR: Rational = [
  [
    2.1531153547440383e-8, 0.5641884969886701, 8.883149794388375, 66.11919063714163, 298.6351381974001,
    881.952221241769, 1712.0476126340707, 2051.0783778260716, 1230.3393547979972,
  ],
  [
    1, 15.744926110709835, 117.69395089131221, 537.1811018620099, 1621.3895745666903, 3290.799235733459,
    4362.619090143247, 3439.3676741437216, 1230.3393548037493,
  ],
];
const ERFC_FAR: Rational = [
  [
    0.016315387137302097, 0.30532663496123236, 0.36034489994980445, 0.12578172611122926, 0.01608378514874228,
    0.0006587491615298378,
  ],
  [1, 2.568520192289822, 1.8729528499234673, 0.5279051029514285, 0.06051834131244132, 0.0023352049762686918],
];

/** log Φ(x), Φ the cumulative distribution of N(0, 1), to rounding in both tails. */
export function logNormalCdf(x: number): number {
  const tail = 0.5 * scaledErfc(Math.abs(x) / Math.SQRT2);
  return x > 0 ? Math.log1p(-tail * Math.exp(-0.5 * x * x)) : Math.log(tail) - 0.5 * x * x;
}

/** log Q(a, x), the regularised upper incomplete gamma function, a > 0, x ≥ 0 (Abramowitz & Stegun 6.5.29, 6.5.31). */
export function logUpperGamma(a: number, x: number): number {
  if (x === 0) return 0;
  const scale = a * Math.log(x) - x - logGamma(a);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.log1p(-Math.exp(scale + Math.log(sum)));
  }
  // Lentz's continued fraction.
  let below = x + 1 - a;
  let c = 1e300;
  let d = 1 / below;
  let fraction = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > 1e-16 && n < 1000; n++) {
    const factor = -n * (n - a);
    below += 2;
    d = 1 / (factor * d + below);
    c = below + factor / c;
    change = c * d;
    fraction *= change;
  }
  return scale + Math.log(fraction);
}
