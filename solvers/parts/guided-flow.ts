/**
 * AFDPS without noise (2506.03979): particles follow the deterministic flow of p_σ(x) p(y | A x)^θ and are moved by one
 * Langevin step at every level, without which resampled particles would never part. With s = ∇log p_σ = (D − x)/σ²,
 * ℓ = log p(y | A x) and σ falling from level to level,
 *
 *   dx = σ(s + θ∇ℓ) (−dσ)
 *   dlog w = [σ(θ²|∇ℓ|² + θΔℓ) + 2σθ s·∇ℓ] (−dσ) + ℓ dθ
 *
 * both by Heun's method. For white Gaussian noise and linear A, Δℓ is a constant, which changes no weight and is left
 * out; so there is no estimate of the evidence, which the steps' error would spoil too.
 */
import type { DiffusionPrior } from '../../models/prior.js';
import { isLinear, type LinearOperator } from '../../problems/operator.js';
import type { Problem } from '../../problems/problem.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { UsageError } from '../../src/core/errors.js';
import type { Random } from '../../src/core/random.js';
import { difference, dot, scale } from '../../src/core/vector.js';
import type { Ensemble, EnsembleContext } from '../solver.js';
import { noised, startState } from './ancestral.js';
import { particleState, startParticles } from './particles.js';
import { eachParticle, Population } from './population.js';

/** Langevin steps are this share of 1/L, L the curvature of the tempered posterior. */
const LANGEVIN_STEP = 0.3;

interface FlowTask {
  readonly measurement: FloatArray;
  readonly problem: Problem;
  readonly prior: DiffusionPrior;
  readonly noiseVariance: number;
}

/** Velocity per unit of falling σ, and the log-weight's. */
interface Slope {
  readonly velocity: Float32Array;
  readonly rate: number;
}

/**
 * @param leastVariance a lower bound of the prior's variance in every direction; 0 is safe.
 * @throws UsageError where the operator is not linear.
 */
export async function guidedFlow(
  { measurement, problem, prior, noiseVariance }: FlowTask,
  sigmas: ArrayLike<number>,
  { leastVariance, resampleBelow }: { leastVariance: number; resampleBelow: number },
  context: EnsembleContext,
): Promise<Ensemble> {
  const { operator } = problem;
  if (!isLinear(operator)) {
    throw new UsageError(
      `variant=ode needs a linear operator, but that of problem ${problem.name} is not linear`,
    );
  }
  const flow = temperedFlow({ measurement, problem, prior, noiseVariance }, operator, context.signal);
  const { streams, particles, round, kept } = startParticles(context, (random) =>
    startState(problem.imageShape, sigmas[0], random),
  );
  const population = new Population(particles).resume(kept);
  const count = streams.length;
  const steps = sigmas.length - 1;
  for (let k = 0; k < count && !kept; k++) {
    const clean = await operator.apply(population.states[k]);
    population.reweigh(k, flow.temper(sigmas[0]) * problem.noise.logLikelihood(clean, measurement));
  }
  for (let i = round; i < steps; i++) {
    const [sigma, next] = [sigmas[i], sigmas[i + 1]];
    const begun = particleState(population, streams, (x) => x);
    population.resample(resampleBelow, context.random('resample', i));
    await eachParticle(context, async (k) => {
      await context.step(i * count + k, steps * count, k === 0 ? begun : undefined);
      const { arrived, logWeight } = await heunStep(flow, population.states[k], sigma, next);
      population.reweigh(k, logWeight);
      const curvature = 1 / (next ** 2 + leastVariance) + flow.curvature(next);
      const settled = next > 0 ? await langevinStep(flow, arrived, next, curvature, streams[k]) : arrived;
      population.move(k, settled);
    });
  }
  const { logEvidence: _, ...result } = population.result();
  return { samples: population.states, ...result };
}

type Flow = ReturnType<typeof temperedFlow>;

/** The flow of p_σ p(y | A x)^θ. */
function temperedFlow(
  { measurement, problem, prior, noiseVariance }: FlowTask,
  operator: LinearOperator,
  signal?: AbortSignal,
) {
  const norm = operator.norm ?? 1;
  const temper = (sigma: number) => noiseVariance / (noiseVariance + (sigma * norm) ** 2);
  /** The score times σ, and the log-weight's rate. */
  const slope = async (x: FloatArray, sigma: number): Promise<Slope> => {
    const theta = temper(sigma);
    const denoised = await prior.denoise(x, sigma, signal);
    const clean = await operator.apply(x);
    const gradient = (await operator.adjoint(difference(measurement, clean))).data;
    scale(1 / noiseVariance, gradient);
    const score = difference(denoised, x).data;
    scale(1 / sigma ** 2, score);
    // dθ/d(−σ)
    const tempering = (2 * sigma * (norm * theta) ** 2) / noiseVariance;
    const rate =
      sigma * theta ** 2 * dot(gradient, gradient) +
      2 * sigma * theta * dot(score, gradient) +
      tempering * problem.noise.logLikelihood(clean, measurement);
    for (let j = 0; j < score.length; j++) score[j] = sigma * (score[j] + theta * gradient[j]);
    return { velocity: score, rate };
  };
  /** The largest that the likelihood has, to the power of θ. */
  const curvature = (sigma: number) => (temper(sigma) * norm ** 2) / noiseVariance;
  return { temper, slope, curvature };
}

/** Heun's step, and Euler's into σ = 0. */
async function heunStep(
  { slope }: Flow,
  x: FloatArray,
  sigma: number,
  next: number,
): Promise<{ arrived: FloatArray; logWeight: number }> {
  const fall = sigma - next;
  const here = await slope(x, sigma);
  const ahead = moved(x, fall, here.velocity);
  if (next === 0) return { arrived: ahead, logWeight: fall * here.rate };
  const there = await slope(ahead, next);
  const mean = here.velocity;
  for (let j = 0; j < mean.length; j++) mean[j] = (mean[j] + there.velocity[j]) / 2;
  return { arrived: moved(x, fall, mean), logWeight: (fall / 2) * (here.rate + there.rate) };
}

async function langevinStep(
  { slope }: Flow,
  x: FloatArray,
  sigma: number,
  curvature: number,
  random: Random,
): Promise<FloatArray> {
  const time = LANGEVIN_STEP / curvature;
  const drifted = moved(x, time / sigma, (await slope(x, sigma)).velocity);
  return noised(drifted, Math.sqrt(2 * time), random);
}

function moved(x: FloatArray, time: number, velocity: Float32Array): FloatArray {
  const [from, data] = [x.data, new Float32Array(x.size)];
  for (let j = 0; j < data.length; j++) data[j] = from[j] + time * velocity[j];
  return floatArray(data, x.shape);
}
