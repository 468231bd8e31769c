/** Laws of a code around its mean, in units of its scale. */
import jstat from 'jstat';
import type { Random } from '../../src/core/random.js';
import { logGamma, logNormalCdf, logUpperGamma } from '../../src/core/special.js';

/** A symmetric law: of a value t, the logarithms of its density and of its cumulative distribution. */
export interface Law {
  logDensity(t: number): number;
  logCdf(t: number): number;
  draw(random: Random): number;
}

const normal: Law = {
  logDensity: (t) => -0.5 * (t * t + Math.log(2 * Math.PI)),
  logCdf: logNormalCdf,
  draw: (random) => random.normal(),
};

/**
 * The generalised Gaussian law, p(t) ∝ exp(−|t/√2|^β): β = 2 is the normal law, β = 1 Laplace's.
 * @param beta above 0.
 */
export function generalisedGaussian(beta: number): Law {
  if (beta === 2) return normal;
  const normaliser = Math.log(2 * Math.SQRT2) + logGamma(1 + 1 / beta);
  const power = (t: number) => (Math.abs(t) / Math.SQRT2) ** beta;
  const logTail = (t: number) => logUpperGamma(1 / beta, power(t)) - Math.LN2;
  return {
    logDensity: (t) => -power(t) - normaliser,
    logCdf: (t) => (t < 0 ? logTail(t) : Math.log1p(-Math.exp(logTail(t)))),
    draw(random) {
      const sign = random.uniform() < 0.5 ? -1 : 1;
      return sign * Math.SQRT2 * jstat.jStat.gamma.inv(random.uniform(), 1 / beta, 1) ** (1 / beta);
    },
  };
}
