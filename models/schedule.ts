/**
 * The noise schedules that networks are trained under. A network sees x_t = a x0 + s n; the noise level in the units
 * of x0 is σ = s/a, which names the place on every schedule. All numbers here are in the network's own units.
 */
import type { BetasCard, ScheduleCard } from './card.js';

export interface NoiseSchedule {
  /** a(σ), so that x_t = a·(x0 + σ n). */
  signal(sigma: number): number;
  /** What the network's input is x0 + σ n multiplied by: a(σ), or what the network's training chose. */
  inputScale(sigma: number): number;
  /** The time step of a discrete schedule, fractional between two of them: linear in ln σ, clamped to the table. */
  index?(sigma: number): number;
  /** The time in [0, 1] of a continuous schedule. */
  t?(sigma: number): number;
}

/** The schedule that a card describes. */
export function noiseSchedule(card: ScheduleCard): NoiseSchedule {
  switch (card.kind) {
    case 'vp': {
      const sigmas = alphasCumprod(card.table).map((alpha) => Math.sqrt((1 - alpha) / alpha));
      return { signal: vpSignal, inputScale: vpSignal, index: (sigma) => indexOf(sigmas, sigma) };
    }
    case 'vp-continuous':
      return {
        signal: vpSignal,
        inputScale: vpSignal,
        t: (sigma) => vpTime(sigma, card.betaMin, card.betaMax),
      };
    case 've':
      return { signal: () => 1, inputScale: () => 1 };
    case 'edm':
      return { signal: () => 1, inputScale: (sigma) => 1 / Math.hypot(sigma, card.sigmaData) };
    case 'flow': {
      const signal = (sigma: number) => 1 / (1 + sigma);
      return { signal, inputScale: signal, t: (sigma) => sigma / (1 + sigma) };
    }
  }
}

/**
 * ᾱ_t for t = 0 … T−1, falling. `linear` is Ho et al. 2020 (arXiv 2006.11239); `scaled-linear`, equal steps of √β,
 * is what latent diffusion calls "linear"; `squared-cosine` is Nichol & Dhariwal 2021 (arXiv 2102.09672), eq. 17,
 * with β at most 0.999.
 */
export function alphasCumprod(table: BetasCard): number[] {
  if (table.kind === 'alphas') return table.values;
  let product = 1;
  return betas(table).map((beta) => {
    product *= 1 - beta;
    return product;
  });
}

function betas(table: Exclude<BetasCard, { kind: 'alphas' }>): number[] {
  switch (table.kind) {
    case 'betas':
      return table.values;
    case 'linear':
      return equalSteps(table.first, table.last, table.steps);
    case 'scaled-linear':
      return equalSteps(Math.sqrt(table.first), Math.sqrt(table.last), table.steps).map(
        (root) => root * root,
      );
    case 'squared-cosine': {
      const alpha = (u: number) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      return Array.from({ length: table.steps }, (_, t) =>
        Math.min(1 - alpha((t + 1) / table.steps) / alpha(t / table.steps), 0.999),
      );
    }
  }
}

function equalSteps(first: number, last: number, steps: number): number[] {
  return Array.from({ length: steps }, (_, i) => first + ((last - first) * i) / (steps - 1));
}

/** a² + s² = 1 and s/a = σ. */
function vpSignal(sigma: number): number {
  return 1 / Math.hypot(1, sigma);
}

/** Inverts σ(t)² = exp(½(βmax−βmin)t² + βmin t) − 1 (Song et al. 2021, arXiv 2011.13456, eq. 32-33). */
function vpTime(sigma: number, betaMin: number, betaMax: number): number {
  const slope = betaMax - betaMin;
  const logged = Math.log1p(sigma * sigma);
  // The usual formula with its numerator rationalised, which neither cancels at small σ nor fails at slope 0.
  return (2 * logged) / (betaMin + Math.sqrt(betaMin * betaMin + 2 * slope * logged));
}

/** Where σ stands in a rising table, by linear interpolation of ln σ. */
function indexOf(sigmas: readonly number[], sigma: number): number {
  const last = sigmas.length - 1;
  if (sigma <= sigmas[0]) return 0;
  if (sigma >= sigmas[last]) return last;
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sigmas[middle] <= sigma) low = middle;
    else high = middle;
  }
  return low + Math.log(sigma / sigmas[low]) / Math.log(sigmas[high] / sigmas[low]);
}
