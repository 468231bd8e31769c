import { isLinear } from '../../problems/operator.js';
import { equalVariance } from '../../problems/problem.js';
import type { FloatArray } from '../../src/core/array.js';
import { defineSolver } from '../define-solver.js';
import { compressiveImages } from '../parts/compressive-images.js';
import { curvatureByPixel } from '../parts/likelihood.js';
import { isPixelwise } from '../parts/pixelwise-draw.js';
import { eachParticle } from '../parts/population.js';
import { drawGivenSpread } from '../parts/spread-draw.js';
import { startImage } from '../parts/start-image.js';
import { decodeDraw, drawUnits, FAMILIES, factorsAround, fitCodes } from '../parts/variational-codes.js';
import type { Task } from '../solver.js';
import { vble } from './vble.js';

export const vbleXz = defineSolver({
  kind: 'ensemble',
  name: 'vble-xz',
  summary:
    'VBLE-xz: codes and pixels of a compressive autoencoder; intervals hold what its decoder cannot show',
  needs: { prior: 'compressive', priorVjp: true, spread: true, noise: 'any' },
  samplesPosterior: true,
  options: vble.options,
  presets: {},

  async run(task, { family: name, draws, weight, modulation, ...fit }, context) {
    const { problem, measurement, prior } = task;
    const { signal, samples } = context;
    const { operator } = problem;
    const variance = equalVariance(problem);
    const solvable = isLinear(operator) && variance !== undefined ? { operator, variance } : undefined;
    const family = FAMILIES[name];
    const images = compressiveImages(prior, problem.imageShape, modulation, signal);
    const steps = fit.iterations + samples;
    const first = await startImage(task, () => context.step(0, steps));
    const curvature = await pixelCurvature(task, first);
    const q = {
      factors: factorsAround(await images.encode(first)),
      curvature: curvature.map((value) => value / weight),
    };
    const asked = { problem, measurement, prior, images, weight };
    const drawsOf = (k: number) => {
      const random = context.random('step', k);
      return Array.from({ length: draws }, () => ({
        units: drawUnits(q.factors, family, random),
        pixels: solvable ? undefined : random.normals(problem.imageShape),
      }));
    };
    await fitCodes(asked, q, drawsOf, fit, context, steps);

    const [drawn, bounds]: [FloatArray[], number[]] = [[], []];
    await eachParticle(context, async (k) => {
      await context.step(fit.iterations + k, steps);
      const random = context.random('sample', k);
      const draw = {
        units: drawUnits(q.factors, family, random),
        pixels: random.normals(problem.imageShape),
      };
      const sample = await decodeDraw(asked, q, draw, family, signal);
      bounds[k] = sample.bound / samples;
      if (solvable) {
        const diagonal = curvature.map((value) => value * solvable.variance);
        const known = { mean: sample.decoded, spread: sample.spread!, diagonal };
        const { operator, variance } = solvable;
        drawn[k] = await drawGivenSpread(operator, measurement, variance, known, random);
      } else drawn[k] = sample.image;
    });
    const logEvidence = bounds.reduce((sum, bound) => sum + bound, 0);
    return { samples: drawn, logWeights: drawn.map(() => 0), logEvidence };
  },
});

/** The diagonal of the curvature of −log p(y | A(x)); its mean where it is only estimated. */
async function pixelCurvature({ problem, measurement }: Task, x: FloatArray): Promise<Float32Array> {
  const curvature = await curvatureByPixel(problem, measurement, x);
  if (isPixelwise(problem)) return curvature;
  const mean = curvature.reduce((sum, value) => sum + value, 0) / curvature.length;
  return curvature.fill(mean);
}
