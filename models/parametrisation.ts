/**
 * What networks estimate, brought to one form. Every parametrisation is linear in the network's output F:
 *
 *   D(x, σ) = skip·x + shift + outputScale·F(inputScale·x + inputShift, time)
 *
 * with x = x0 + σ n in [0, 1] image units, so that the conversion is these six numbers and its derivative is
 * skip·I + outputScale·inputScale·∂F.
 */
import type { DiffusionCard } from './card.js';
import type { NoiseSchedule } from './schedule.js';

export interface Preconditioning {
  readonly skip: number;
  readonly shift: number;
  readonly outputScale: number;
  readonly inputScale: number;
  readonly inputShift: number;
  /** What the network is told of the noise level. */
  readonly time: number;
}

/**
 * The preconditioning at noise level `sigma`, given in [0, 1] image units.
 * @throws Error where the card asks for a time that its schedule does not have.
 */
export function precondition(card: DiffusionCard, schedule: NoiseSchedule, sigma: number): Preconditioning {
  const [black, white] = card.valueRange;
  const range = white - black;
  const networkSigma = range * sigma;
  const { skip, outputScale } = coefficients(card, schedule, networkSigma);
  const inputScale = schedule.inputScale(networkSigma);
  return {
    skip,
    shift: ((skip - 1) * black) / range,
    outputScale: outputScale / range,
    inputScale: inputScale * range,
    inputShift: inputScale * black,
    time: card.time.scale * networkTime(card, schedule, networkSigma),
  };
}

/**
 * skip and outputScale in the network's units, x = x0 + σ n and x_t = a x, s = aσ:
 *
 *   epsilon   F = (x_t − a x0)/s                   D = x − σF
 *   x0        F = D
 *   residual  F = x − D                            D = x − F           (Zhang et al. 2017, arXiv 1608.03981)
 *   v         F = a n − s x0, where a² + s² = 1    D = a²x − sF       (Salimans & Ho 2022, arXiv 2202.00512)
 *   score     F = ∇log p_t(x_t)                    D = x + (s²/a)F    (Tweedie)
 *   edm       D = c_skip x + c_out F                                  (Karras et al. 2022, arXiv 2206.00364, table 1)
 *   flow      F = n − x0, x_t = (1−t)x0 + t n      D = a x − tF       (Liu et al. 2022, arXiv 2209.03003)
 */
function coefficients(
  card: DiffusionCard,
  schedule: NoiseSchedule,
  sigma: number,
): { skip: number; outputScale: number } {
  const a = schedule.signal(sigma);
  const s = a * sigma;
  switch (card.parametrisation) {
    case 'epsilon':
      return { skip: 1, outputScale: -sigma };
    case 'x0':
      return { skip: 0, outputScale: 1 };
    case 'residual':
      return { skip: 1, outputScale: -1 };
    case 'v':
      return { skip: a * a, outputScale: -s };
    case 'score':
      return { skip: 1, outputScale: (s * s) / a };
    case 'edm': {
      if (card.schedule.kind !== 'edm')
        throw new Error(`${card.name}: parametrisation "edm" needs schedule "edm".`);
      const { sigmaData } = card.schedule;
      const variance = sigma * sigma + sigmaData * sigmaData;
      return {
        skip: (sigmaData * sigmaData) / variance,
        outputScale: (sigma * sigmaData) / Math.sqrt(variance),
      };
    }
    case 'flow':
      return { skip: a, outputScale: -s };
  }
}

function networkTime(card: DiffusionCard, schedule: NoiseSchedule, sigma: number): number {
  switch (card.time.form) {
    case 'sigma':
      return sigma;
    case 'quarter-log-sigma':
      return Math.log(sigma) / 4;
    case 'none':
      return 0;
    case 'index':
      if (schedule.index) return schedule.index(sigma);
      break;
    case 't':
      if (schedule.t) return schedule.t(sigma);
      break;
  }
  throw new Error(
    `${card.name}: a schedule of kind "${card.schedule.kind}" has no time of form "${card.time.form}".`,
  );
}
