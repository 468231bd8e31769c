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
