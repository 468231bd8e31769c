import { describe, expect, it } from 'vitest';
import { logProbability } from '../../models/log-probability.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';

const image = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const RANGE = [0.01, 80] as const;

describe('logProbability', () => {
  it.each([
    { name: 'a Gaussian', parts: [{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }] },
    {
      name: 'a mixture',
      parts: [
        { weight: 0.5, mean: [-2, 0], covariance: [0.5, 0.2, 0.2, 0.3] },
        { weight: 0.3, mean: [2, 1.5], covariance: [0.4, 0, 0, 0.6] },
        { weight: 0.2, mean: [0, -2], covariance: [0.3, -0.1, -0.1, 0.2] },
      ],
    },
  ])('is the density of $name, to 0.002 nats', async ({ parts }) => {
    const mixture = new GaussianMixture(parts);
    const prior = mixturePrior(mixture, [1, 1, 2], RANGE);
    for (const x of [image(0.3, -0.7), image(1, 1.5), image(-3, 1)]) {
      const found = await logProbability(prior, x, { probes: 'exact', steps: 60 });
      expect(Math.abs(found - mixture.logDensity(x.data, RANGE[0]))).toBeLessThan(0.002);
    }
  });

  it.each([1, 3, 5])('is the density in %d dimensions', async (dimension) => {
    const mean = Array.from({ length: dimension }, (_, i) => 0.4 * i - 0.5);
    const mixture = new GaussianMixture([{ weight: 1, mean, covariance: 0.7 }]);
    const prior = mixturePrior(mixture, [1, 1, dimension], RANGE);
    const x = image(...mean.map((value, i) => value + 0.3 * (i + 1)));
    const found = await logProbability(prior, x, { probes: 'exact', steps: 60 });
    expect(Math.abs(found - mixture.logDensity(x.data, RANGE[0]))).toBeLessThan(0.001 * dimension);
    // With equal variances every sign gives the trace.
    const signs = await logProbability(prior, x, {
      probes: 2,
      steps: 60,
      random: keyedRandom(1, 'signs', 0),
    });
    expect(signs).toBeCloseTo(found, 3);
  });

  it('estimates the trace without bias', async () => {
    const prior = mixturePrior(
      new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]),
    );
    const x = image(0.3, -0.7);
    const exact = await logProbability(prior, x, { probes: 'exact', steps: 20 });
    const random = keyedRandom(0, 'log-probability', 0);
    const estimate = await logProbability(prior, x, { probes: 400, steps: 20, random });
    // ±ξ₁ξ₂ leaves an offset of 2·0.6/… per probe, which 400 of them take to within 0.15.
    expect(Math.abs(estimate - exact)).toBeLessThan(0.15);
    expect(estimate).not.toBe(exact);
  });

  it('asks at four places a step within the range of the prior, frees all of it, and can be stopped', async () => {
    const mixture = mixturePrior(
      new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1 }]),
      [1, 1, 2],
      RANGE,
    );
    const levels: number[] = [];
    let held = 0;
    const prior: typeof mixture = {
      ...mixture,
      async linearize(x, sigma) {
        levels.push(sigma);
        held++;
        return { ...(await mixture.linearize!(x, sigma)), release: () => held-- };
      },
    };
    await logProbability(prior, image(1, 2), { probes: 'exact', steps: 3 });
    expect(held).toBe(0);
    // The ends and twice the middle of each step, evenly spaced in log σ; and the last level once more.
    const at = (share: number) => RANGE[0] * (RANGE[1] / RANGE[0]) ** (share / 6);
    const places = [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6];
    expect(levels.length).toBe(places.length);
    levels.forEach((level, i) => {
      expect(level / at(places[i])).toBeCloseTo(1, 12);
    });
    expect(Math.max(...levels)).toBe(RANGE[1]);
    const reason = new Error('enough');
    const stopped = logProbability(prior, image(1, 2), {
      probes: 'exact',
      signal: AbortSignal.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
    expect(held).toBe(0);
  });

  it('takes sixteen signs, the same at all levels, unless told otherwise', async () => {
    const prior = mixturePrior(
      new GaussianMixture([{ weight: 1, mean: [0.5, -1], covariance: [1, 0.6, 0.6, 2] }]),
    );
    const random = keyedRandom(3, 'log-probability', 0);
    const [plain, sixteen, eight] = await Promise.all(
      [{ random }, { random, probes: 16 }, { random, probes: 8 }].map((options) =>
        logProbability(prior, image(0.3, -0.7), { steps: 5, ...options }),
      ),
    );
    expect(plain).toBe(sixteen);
    expect(plain).not.toBe(eight);
  });

  it('says what it lacks', async () => {
    const prior = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, 0], covariance: 1 }]));
    const { linearize: _, ...without } = prior;
    await expect(logProbability(without, image(0, 0))).rejects.toThrow('needs a prior with a gradient');
    await expect(logProbability(prior, image(0, 0))).rejects.toThrow('needs a source of random numbers');
  });
});
