/**
 * MCGDiff, Monte Carlo guided diffusion (Cardoso, Janati, Le Corff, Moulines, ICLR 2024; arXiv 2308.07983), for
 * linear measurements, in the coordinates in which A = U diag(s) Vᵀ is diagonal. A measured coordinate ȳ = (Uᵀy)/s
 * has the law of the diffusion's state at the level τ = σ_n/s. Above that level it pulls the particles by
 *
 *   g_σ(x) = N(ȳ; x, v_σ),  v_σ = σ² − τ² + κ(¼ + τ²)
 *
 * each particle being weighted by what its next step makes of ȳ and moved by the law given ȳ; at τ it is reached, and
 * from there on the coordinate is free. It converges to the posterior as particles and steps grow; no gradient of the
 * network.
 *
 * Departs from the published code: the first weight counts g at the highest level; the potential of a coordinate that
 * is left free stays in the weight; levels are moved onto the τ that they are nearest to; systematic resampling below
 * an effective sample size; no last weight p(y | x0)/g, whose variance is infinite.
 */
import { z } from 'zod';
import { type FloatArray, filled, floatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { defineSolver } from '../define-solver.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { particleState, startParticles } from '../parts/particles.js';
import { eachParticle, Population } from '../parts/population.js';
import { resamplingOption } from '../parts/twisted-particles.js';

const options = z.strictObject({
  steps: z.int().min(1).max(10_000).default(100).describe('network evaluations of each particle'),
  kappa: z
    .number()
    .positive()
    .default(1e-4)
    .describe(
      'variance κ that is left at the level of the measurement, as a share of the state (published: 1e-4)',
    ),
  resampleBelow: resamplingOption,
  ...noiseLevelOptions,
  spacing: noiseLevelOptions.spacing.default('karras'),
});

export const mcgdiff = defineSolver({
  kind: 'ensemble',
  name: 'mcgdiff',
  summary: 'MCGDiff: weighted particles pulled to the measurement until its noise level; exact in the limit',
  needs: { prior: 'diffusion', linear: true, svd: true, noise: 'gaussian' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, kappa, resampleBelow, ...levels },
    context,
  ) {
    const { svd } = problem.operator;
    const sigmas = noiseLevels(prior, steps, levels);
    const along = (await svd.measurementToSpectrum(measurement)).data;
    const pull = new Pull(along, svd.values, sigmas, Math.sqrt(noiseVariance), kappa);
    const grey = (await svd.toSpectrum(filled(problem.imageShape, 0.5))).data;
    const asArray = (x: Float32Array) => floatArray(x, [x.length]);
    const { streams, particles, round, kept } = startParticles(context, (random) =>
      asArray(pull.draw(grey, sigmas[0] ** 2, 0, random)),
    );
    const population = new Population(particles.map(({ data }) => data)).resume(kept);
    const count = streams.length;
    for (let j = round; j < steps; j++) {
      const keep = (sigmas[j + 1] / sigmas[j]) ** 2;
      const variance = sigmas[j + 1] ** 2 * (1 - keep);
      const means: Float32Array[] = [];
      const begun = particleState(population, streams, asArray);
      await eachParticle(context, async (k) => {
        await context.step(j * count + k, steps * count, k === 0 ? begun : undefined);
        const x = population.states[k];
        const image = await svd.fromSpectrum(asArray(x));
        const denoised = await prior.denoise(image, sigmas[j], context.signal);
        const mean = (await svd.toSpectrum(denoised)).data;
        for (let i = 0; i < mean.length; i++) mean[i] += keep * (x[i] - mean[i]);
        population.reweigh(k, pull.logRatio(x, mean, variance, j + 1));
        // The mean takes the state's place: it is what is resampled and drawn from.
        means[k] = mean;
      });
      means.forEach((mean, k) => {
        population.move(k, mean);
      });
      population.resample(resampleBelow, context.random('resample', j));
      for (let k = 0; k < count; k++) {
        population.move(k, pull.draw(population.states[k], variance, j + 1, streams[k]));
      }
    }
    const samples: FloatArray[] = [];
    for (const x of population.states) samples.push(await svd.fromSpectrum(asArray(x)));

    const { logEvidence, ...result } = population.result();
    // All particles begin with the same weight, which counts where the whole measurement pulls.
    if (pull.count < measurement.size) return { samples, ...result };
    return { samples, ...result, logEvidence: logEvidence + pull.logFirst(grey) };
  },
});

/** How the measurement pulls each coordinate, level by level. */
class Pull {
  /** ȳ */
  readonly #y: Float32Array;
  readonly #s: Float32Array;
  readonly #sigmas: Float64Array;
  /** For each coordinate the last level at which it is pulled, −1 where it never is. */
  readonly #until: Int32Array;
  readonly #kappa: number;

  /** @param along Uᵀy. @param sigmas of the levels, some of which are moved. @param noise σ_n. */
  constructor(along: Float32Array, s: Float32Array, sigmas: Float64Array, noise: number, kappa: number) {
    this.#until = lastPulled(sigmas, s, noise);
    this.#y = along.map((value, i) => (s[i] > 0 ? value / s[i] : 0));
    [this.#s, this.#sigmas, this.#kappa] = [s, sigmas, kappa];
  }

  /** How many coordinates are pulled at all. */
  get count(): number {
    return this.#until.reduce((count, last) => count + Number(last >= 0), 0);
  }

  /** v_σ of coordinate i at level j. */
  #width(i: number, j: number): number {
    const tau = this.#sigmas[this.#until[i]];
    return this.#sigmas[j] ** 2 - tau ** 2 + this.#kappa * (0.25 + tau ** 2);
  }

  /** Draws from N(mean, variance) given ȳ at level j, where it is pulled. */
  draw(mean: Float32Array, variance: number, j: number, random: Random): Float32Array {
    const x = new Float32Array(mean.length);
    for (let i = 0; i < x.length; i++) {
      const pulled = j <= this.#until[i];
      const gain = pulled ? variance / (variance + this.#width(i, j)) : 0;
      const spread = Math.sqrt(pulled ? this.#width(i, j) * gain : variance);
      x[i] = mean[i] + gain * (this.#y[i] - mean[i]) + spread * random.normal();
    }
    return x;
  }

  /** What a step from x to N(mean, variance) at level j makes of ȳ, beside what x at the level before did. */
  logRatio(x: Float32Array, mean: Float32Array, variance: number, j: number): number {
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      if (j > this.#until[i]) continue;
      const [after, before] = [this.#y[i] - mean[i], this.#y[i] - x[i]];
      sum += logNormal(after, variance + this.#width(i, j)) - logNormal(before, this.#width(i, j - 1));
    }
    return sum;
  }

  /** What particles that begin about `mean` make of y: p(y) = p(ȳ)/Πs. */
  logFirst(mean: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < mean.length; i++) {
      if (this.#until[i] < 0) continue;
      const variance = this.#sigmas[0] ** 2 + this.#width(i, 0);
      sum += logNormal(this.#y[i] - mean[i], variance) - Math.log(this.#s[i]);
    }
    return sum;
  }
}

/**
 * For each coordinate the index of the level that is its τ = noise/s, −1 where it is not measured or the noise hides
 * it at every level. A level is moved onto the first τ that it is nearest to, in ratio.
 */
function lastPulled(sigmas: Float64Array, s: Float32Array, noise: number): Int32Array {
  const levels = sigmas.slice(0, -1);
  const taken = new Set<number>();
  return Int32Array.from(s, (value) => {
    const tau = noise / value;
    if (!(tau <= levels[0])) return -1;
    let nearest = 0;
    while (nearest + 1 < levels.length && levels[nearest] * levels[nearest + 1] > tau ** 2) nearest++;
    const inside = nearest > 0 && tau > levels[levels.length - 1];
    if (inside && !taken.has(nearest)) {
      taken.add(nearest);
      sigmas[nearest] = tau;
    }
    return nearest;
  });
}

/** log N(offset; 0, variance) */
function logNormal(offset: number, variance: number): number {
  return -0.5 * (offset ** 2 / variance + Math.log(2 * Math.PI * variance));
}
