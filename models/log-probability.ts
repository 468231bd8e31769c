/**
 * The log-probability of an image under a diffusion prior, by the probability-flow equation (Song et al., ICLR 2021;
 * arXiv 2011.13456, eq. 39), which carries densities from one noise level to the next:
 *
 *   dx/dσ = (x − D(x, σ))/σ,   log p_σ0(x_σ0) = log p_σT(x_σT) + ∫ (n − tr ∂D/∂x) dσ/σ
 */
import { requireArray, requirePrior } from '../src/core/arguments.js';
import { type FloatArray, floatArray, type Shape, sizeOf } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import type { RandomSource } from '../src/core/random.js';
import { dot } from '../src/core/vector.js';
import type { DiffusionPrior } from './prior.js';

/** How accurately log p(x) is found. */
export interface LogProbabilityOptions {
  /** Steps of the Runge-Kutta method of fourth order, evenly spaced in log σ, four linearizations each (default 40). */
  readonly steps?: number;
  /**
   * Random signs ξ with which the trace is estimated as the mean of ξᵀ(∂D/∂x)ξ (Hutchinson 1990), the same at all
   * levels (default 16); `exact`: one product for every value of the image.
   */
  readonly probes?: number | 'exact';
  /** Needed for probes. */
  readonly random?: RandomSource;
  readonly signal?: AbortSignal;
}

/**
 * log p(x) in nats, the density of x + σn at the prior's lowest noise level. At the highest, σ_T, the density is
 * taken for the Gaussian that the denoiser tells of there: exact for Gaussian priors to the order of (spread of
 * data/σ_T)⁴.
 * @param x [C, H, W], values in [0, 1].
 * @throws Error where the prior has no gradient or there is no random source for the probes; the signal's reason when
 * aborted.
 * @example
 * ```ts
 * import { GaussianMixture, logProbability, mixturePrior, zeros } from 'retrodict';
 *
 * const mixture = new GaussianMixture([{ weight: 1, mean: [0, 0, 0, 0], covariance: 0.1 }]);
 * const prior = mixturePrior(mixture, [1, 2, 2]);
 * console.log(await logProbability(prior, zeros([1, 2, 2]), { probes: 'exact' }));
 * ```
 */
export async function logProbability(
  prior: DiffusionPrior,
  x: FloatArray,
  options: LogProbabilityOptions = {},
): Promise<number> {
  requirePrior(prior ?? null);
  requireArray(x, 'the image');
  const { steps = 40, probes = 16, random, signal } = Object(options) as LogProbabilityOptions;
  const linearize = prior.linearize?.bind(prior);
  if (!linearize)
    throw new Error(`log-probability needs a prior with a gradient, but prior ${prior.name} has none`);
  const vectors = probeVectors(x.shape, probes, random);
  const [lowest, highest] = prior.sigmaRange;
  const height = Math.log(highest / lowest) / steps;

  const rounded = (state: Float64Array) => floatArray(new Float32Array(state), x.shape);
  /** dx/d log σ and d/d log σ of the integral. */
  const slope = async (state: Float64Array, sigma: number) => {
    signal?.throwIfAborted();
    const denoiser = await linearize(rounded(state), sigma, signal);
    try {
      const velocity = state.map((value, i) => value - denoiser.value.data[i]);
      return { velocity, divergence: x.size - (await trace(denoiser, vectors)) };
    } finally {
      denoiser.release();
    }
  };
  const along = (from: Float64Array, time: number, { velocity }: { velocity: Float64Array }) =>
    from.map((value, i) => value + time * velocity[i]);

  let state = new Float64Array(x.data);
  let integral = 0;
  for (let i = 0; i < steps; i++) {
    const at = (share: number) => Math.min(highest, lowest * Math.exp((i + share) * height));
    const a = await slope(state, at(0));
    const b = await slope(along(state, height / 2, a), at(0.5));
    const c = await slope(along(state, height / 2, b), at(0.5));
    const d = await slope(along(state, height, c), at(1));
    integral += (height / 6) * (a.divergence + 2 * b.divergence + 2 * c.divergence + d.divergence);
    state = state.map(
      (value, j) =>
        value + (height / 6) * (a.velocity[j] + 2 * b.velocity[j] + 2 * c.velocity[j] + d.velocity[j]),
    );
  }
  return (
    integral +
    (await logDensityAbove(await linearize(rounded(state), highest, signal), state, highest, vectors))
  );
}

/**
 * log p_σ(x) where σ is far above the spread of data: p_σ is then Gaussian and its mean and covariance follow from D
 * and J, x − m = (I − J)⁻¹(x − D) and C + σ²I = σ²(I − J)⁻¹. To first order in J.
 */
async function logDensityAbove(
  denoiser: Linearization,
  state: Float64Array,
  sigma: number,
  vectors: readonly FloatArray[],
): Promise<number> {
  try {
    const { shape, data } = denoiser.value;
    const offset = state.map((value, i) => value - data[i]);
    const pulled = (await denoiser.pullback(floatArray(new Float32Array(offset), shape))).data;
    const quadratic = (dot(offset, offset) + dot(offset, pulled)) / sigma ** 2;
    const logDeterminant =
      state.length * Math.log(2 * Math.PI * sigma ** 2) + (await trace(denoiser, vectors));
    return -0.5 * (quadratic + logDeterminant);
  } finally {
    denoiser.release();
  }
}

/** Signs, or unit vectors scaled so that the mean of their products is the trace. */
function probeVectors(
  shape: Shape,
  probes: number | 'exact',
  random: RandomSource | undefined,
): FloatArray[] {
  const size = sizeOf(shape);
  const vector = (f: (i: number) => number) =>
    floatArray(
      Float32Array.from({ length: size }, (_, i) => f(i)),
      shape,
    );
  if (probes === 'exact') {
    return Array.from({ length: size }, (_, k) => vector((i) => (i === k ? Math.sqrt(size) : 0)));
  }
  if (!random) throw new Error('log-probability with random probes needs a source of random numbers');
  const stream = random('probes');
  return Array.from({ length: probes }, () => vector(() => (stream.integer(2) === 0 ? -1 : 1)));
}

async function trace(denoiser: Linearization, vectors: readonly FloatArray[]): Promise<number> {
  let sum = 0;
  for (const vector of vectors) sum += dot(vector.data, (await denoiser.pullback(vector)).data);
  return sum / vectors.length;
}
