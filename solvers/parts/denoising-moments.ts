/**
 * What a denoiser knows of the image behind white Gaussian noise, without a sample (Tweedie's formulas; Efron 2011,
 * "Tweedie's formula and selection bias"; Manor & Michaeli, ICLR 2024, arXiv 2309.13598): E[x | y] = D(y, σ), Cov[x |
 * y] = σ² ∂D/∂y.
 */
import type { DiffusionPrior, PartWork } from '../../models/prior.js';
import { evenBlur } from '../../problems/blur/even-blur.js';
import { gaussianHalf } from '../../problems/parts/gaussian-kernel.js';
import { mirrorIndex } from '../../problems/parts/mirrored.js';
import type { ImageShape } from '../../problems/parts/planes.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { combCount, combDiagonal, combSigns } from '../../src/core/comb-diagonal.js';
import type { Linearization } from '../../src/core/linearization.js';
import { towards } from '../../src/core/vector.js';
import type { Context, Moments } from '../solver.js';
import { inverse, orientations, oriented } from './equivariant.js';

/** How closely the mean is computed, and the variance. */
interface Closeness {
  /** In how many orientations, of those that images of the prior are alike in, the denoiser is asked; at most four. */
  readonly turns: number;
  /** Absent: the mean alone. */
  readonly probing?: Probing;
}

interface Probing {
  /** A comb's teeth stand so many pixels apart; the variance takes `pitch²` products for every channel. */
  readonly pitch: number;
  /** The variances are averaged by a Gaussian of this standard deviation, in pixels; 0: not at all. */
  readonly smoothing: number;
}

/** Least variance that is reported, in units of σ²: where probes' errors leave less, or less than nothing. */
const LEAST = 1e-4;

/**
 * Mean and marginal variances of x given y = x + σ n, exact but for the network and the probes' errors. One
 * evaluation for each turn, and for the variance as many vector-Jacobian products as `combCount` says; a prior without
 * gradients is asked for differences instead. What a network makes of one orientation and not of another averages out.
 * @param y [C, H, W]; σ its noise, in [0, 1] units, within what the prior knows.
 * @throws RangeError where σ is above the prior's range; the signal's reason when aborted.
 */
export async function denoisingMoments(
  prior: DiffusionPrior,
  y: FloatArray,
  sigma: number,
  { turns, probing }: Closeness,
  context: Context,
): Promise<Moments> {
  const { random, step, signal, once = (_, work) => work(context) } = context;
  const turned = orientations(prior.card?.symmetry, false).slice(1, turns);
  const products = probing ? combCount(y.shape[0], probing.pitch) : 0;
  // Parts may come in any order.
  let done = 0;
  const next = (parts: number) => step(done++, parts * (1 + products + turned.length));
  const meanOf: PartWork = async ([image], model, _, parts) => {
    await next(parts);
    return [await model.denoise(image, sigma, signal)];
  };
  const momentsOf =
    (pitch: number): PartWork =>
    async ([image, signs], model, part, parts) => {
      const tell = () => next(parts);
      await tell();
      const { value, diagonal } = await once(`part ${part}`, async () => {
        const denoiser = await linearized(model, image, sigma, signal);
        try {
          return { value: denoiser.value, diagonal: await combDiagonal(denoiser, signs, pitch, tell) };
        } finally {
          denoiser.release();
        }
      });
      return [value, diagonal];
    };
  const inParts = prior.inParts ?? ((arrays, work) => work(arrays, prior, 0, 1));
  const averaged = async (mean: FloatArray) => {
    for (const [k, orientation] of turned.entries()) {
      const [answer] = await inParts([oriented(y, orientation)], meanOf);
      mean = towards(mean, oriented(answer, inverse(orientation)), 1 / (k + 2));
    }
    return mean;
  };
  if (probing === undefined) {
    const [mean] = await inParts([y], meanOf);
    return { mean: await averaged(mean) };
  }
  const signs = combSigns(y.shape, random('signs'));
  const [mean, diagonal] = await inParts([y, signs], momentsOf(probing.pitch));
  const smoothed = smooth(diagonal, probing.smoothing);
  return {
    mean: await averaged(mean),
    variance: mapArray(smoothed, (value) => sigma ** 2 * Math.max(value, LEAST)),
  };
}

/** D with its products; by differences of it where there is no gradient, since a covariance is its own transpose. */
async function linearized(
  prior: DiffusionPrior,
  x: FloatArray,
  sigma: number,
  signal?: AbortSignal,
): Promise<Linearization> {
  if (prior.linearize) return prior.linearize(x, sigma, signal);
  const length = 0.1 * sigma;
  const moved = (v: FloatArray, by: number) =>
    prior.denoise(
      mapArray(x, (value, i) => value + by * v.data[i]),
      sigma,
      signal,
    );
  return {
    value: await prior.denoise(x, sigma, signal),
    async pullback(v) {
      const [above, below] = [await moved(v, length), await moved(v, -length)];
      return mapArray(above, (value, i) => (value - below.data[i]) / (2 * length));
    },
    release() {},
  };
}

function smooth(x: FloatArray, sigma: number): FloatArray {
  if (sigma === 0) return x;
  const half = gaussianHalf(sigma, Math.ceil(3 * sigma));
  return evenBlur(x.shape as unknown as ImageShape, half, mirrorIndex)(x) as FloatArray;
}
