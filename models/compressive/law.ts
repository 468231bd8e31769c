/** Laws of a code around its mean, in units of its scale. */
import jstat from 'jstat';
import type { Random } from '../../src/core/random.js';
import { logGamma, logNormalCdf, logUpperGamma, scaledErfc } from '../../src/core/special.js';

/** A symmetric law: of a value t, the logarithms of its density and of its cumulative distribution. */
export interface Law {
  logDensity(t: number): number;
  logCdf(t: number): number;
  /** @param lower at most −|upper|: there the difference of two masses is exact. */
  between(lower: number, upper: number): Between;
  draw(random: Random): number;
}

/** The mass between two values, and the densities at both over it. */
interface Between {
  readonly logMass: number;
  readonly atLower: number;
  readonly atUpper: number;
}

/** Of any law. */
function between({ logDensity, logCdf }: Omit<Law, 'between'>, lower: number, upper: number): Between {
  const logUpper = logCdf(upper);
  const logMass = logUpper + Math.log(-Math.expm1(logCdf(lower) - logUpper));
  return {
    logMass,
    atLower: Math.exp(logDensity(lower) - logMass),
    atUpper: Math.exp(logDensity(upper) - logMass),
  };
}

/** 1 − Φ(t) over exp(−t²/2), t ≥ 0. */
const tail = (t: number) => 0.5 * scaledErfc(t / Math.SQRT2);

const normal: Law = {
  // As of any law, with fewer exponentials and logarithms: they are most of what a step of VBLE costs.
  between(lower, upper) {
    const fall = Math.exp(0.5 * (upper * upper - lower * lower));
    if (upper < 0) {
      const share = tail(-upper) - tail(-lower) * fall;
      const atUpper = 1 / (Math.sqrt(2 * Math.PI) * share);
      return { logMass: Math.log(share) - 0.5 * upper * upper, atUpper, atLower: atUpper * fall };
    }
    const height = Math.exp(-0.5 * upper * upper);
    const outside = height * (tail(upper) + tail(-lower) * fall);
    const atUpper = height / (Math.sqrt(2 * Math.PI) * (1 - outside));
    return { logMass: Math.log1p(-outside), atUpper, atLower: atUpper * fall };
  },
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
  const law: Omit<Law, 'between'> = {
    logDensity: (t) => -power(t) - normaliser,
    logCdf: (t) => (t < 0 ? logTail(t) : Math.log1p(-Math.exp(logTail(t)))),
    draw(random) {
      const sign = random.uniform() < 0.5 ? -1 : 1;
      return sign * Math.SQRT2 * jstat.jStat.gamma.inv(random.uniform(), 1 / beta, 1) ** (1 / beta);
    },
  };
  return { ...law, between: (lower, upper) => between(law, lower, upper) };
}
