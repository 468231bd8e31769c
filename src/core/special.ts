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
