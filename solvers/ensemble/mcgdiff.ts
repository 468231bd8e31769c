/**
 * MCGDiff, Monte Carlo guided diffusion (Cardoso, Janati, Le Corff, Moulines, ICLR 2024; arXiv 2308.07983), for linear
 * measurements, in the coordinates in which A = U diag(s) Vᵀ is diagonal. A measured coordinate ȳ = (Uᵀy)/s has the law of the
 * diffusion's state at the level τ = σ_n/s. Above that level it pulls the particles by
 *
 *   g_σ(x) = N(ȳ; x, v_σ),  v_σ = σ² − τ² + κ(¼ + τ²)
 *
 * each particle being weighted by what its next step makes of ȳ and moved by the law given ȳ; at τ it is reached, and from there
 * on the coordinate is free. It converges to the posterior as particles and steps grow; no gradient of the network.
 *
 * Departs from the published code: the first weight counts g at the highest level; the potential of a coordinate that is left
 * free stays in the weight; levels are moved onto the τ that they are nearest to; systematic resampling below an effective
 * sample size; no last weight p(y | x0)/g, whose variance is infinite.
 */
import { z } from 'zod';
import { type FloatArray, floatArray, mapArray, zeros } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { defineSolver } from '../define-solver.js';
import { noiseLevelOptions, noiseLevels } from '../parts/noise-levels.js';
import { Population } from '../parts/population.js';

import { particleStreams, resamplingOption } from '../parts/twisted-particles.js';

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
  calibrated: true,
  options,
  presets: {},

  async run(
    { measurement, problem, prior, noiseVariance },
    { steps, kappa, resampleBelow, ...levels },
    context,
  ) {
    const { svd } = problem.operator;
    const sigmas = noiseLevels(prior, steps, levels);
    const noise = Math.sqrt(noiseVariance);
    const s = svd.values;
    const along = (await svd.measurementToSpectrum(measurement)).data;
    const y = along.map((value, i) => (s[i] > 0 ? value / s[i] : 0));
    const until = lastPulled(sigmas, s, noise);
    /** v_σ of coordinate i at level j; it is pulled there where j ≤ until[i]. */
    const width = (i: number, j: number) => {
      const tau = sigmas[until[i]];
      return sigmas[j] ** 2 - tau ** 2 + kappa * (0.25 + tau ** 2);
    };

    /** Draws from N(mean, variance) given ȳ at level j, where it is pulled. */
    const draw = (mean: Float32Array, variance: number, j: number, random: Random) => {
      const x = new Float32Array(mean.length);
      for (let i = 0; i < x.length; i++) {
        const pulled = j <= until[i];
        const gain = pulled ? variance / (variance + width(i, j)) : 0;
        const spread = Math.sqrt(pulled ? width(i, j) * gain : variance);
        x[i] = mean[i] + gain * (y[i] - mean[i]) + spread * random.normal();
      }
      return x;
    };
    /** What a step from x to N(mean, variance) at level j makes of ȳ, beside what x at the level before did. */
    const pullRatio = (x: Float32Array, mean: Float32Array, variance: number, j: number) => {
      let sum = 0;
      for (let i = 0; i < x.length; i++) {
        if (j > until[i]) continue;
        sum += logNormal(y[i] - mean[i], variance + width(i, j)) - logNormal(y[i] - x[i], width(i, j - 1));
      }
      return sum;
    };

    const { imageShape } = problem;
    const grey = (await svd.toSpectrum(mapArray(zeros(imageShape), () => 0.5))).data;
    const streams = particleStreams(context);
    const population = new Population<Float32Array>(
      streams.map((random) => draw(grey, sigmas[0] ** 2, 0, random)),
    );
    const count = streams.length;
    for (let j = 0; j < steps; j++) {
      const keep = (sigmas[j + 1] / sigmas[j]) ** 2;
      const variance = sigmas[j + 1] ** 2 * (1 - keep);
      const means: Float32Array[] = [];
      for (let k = 0; k < count; k++) {
        await context.step(j * count + k, steps * count);
        const x = population.states[k];
        const image = await svd.fromSpectrum(floatArray(x, [x.length]));
        const denoised = await prior.denoise(image, sigmas[j], context.signal);
        const mean = (await svd.toSpectrum(denoised)).data;
        for (let i = 0; i < mean.length; i++) mean[i] += keep * (x[i] - mean[i]);
        population.reweigh(k, pullRatio(x, mean, variance, j + 1));
        // The mean takes the state's place: it is what is resampled and drawn from.
        means.push(mean);
      }
      means.forEach((mean, k) => {
        population.move(k, mean);
      });
      population.resample(resampleBelow, context.random('resample', j));
      for (let k = 0; k < count; k++) {
        population.move(k, draw(population.states[k], variance, j + 1, streams[k]));
      }
    }
    const samples: FloatArray[] = [];
    for (const x of population.states) samples.push(await svd.fromSpectrum(floatArray(x, [x.length])));

    const { logEvidence, ...result } = population.result();
    const pulled = [...s.keys()].filter((i) => until[i] >= 0);
    if (pulled.length < measurement.size) return { samples, ...result };
    // All particles begin with the same weight, and p(y) = p(ȳ)/Πs.
    const first = pulled.reduce(
      (sum, i) => sum + logNormal(y[i] - grey[i], sigmas[0] ** 2 + width(i, 0)) - Math.log(s[i]),
      0,
    );
    return { samples, ...result, logEvidence: logEvidence + first };
  },
});

/**
 * For each coordinate the index of the level that is its τ = noise/s, −1 where it is not measured or the noise hides it at
 * every level. A level is moved onto the first τ that it is nearest to, in ratio.
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
