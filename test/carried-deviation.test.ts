/** BayesDiff's recursion beside a closed form, and beside many runs with answers that are off at random. */
import { describe, expect, it } from 'vitest';
import { carriedDeviation } from '../src/carried-deviation.js';
import { type FloatArray, filled, mapArray } from '../src/core/array.js';
import { keyedRandom } from '../src/core/random.js';
import { geometricSigmas } from '../src/core/schedule.js';

const SHAPE = [1, 12, 12];
const [M, V, GAMMA, SIGMA] = [0.4, 0.05, 0.01, 0.5];
const shrink = (sigma: number) => V / (V + sigma ** 2);

/** Of N(M, V) pixel by pixel; `mixed` adds a little of the neighbour, which makes pixels depend on one another. */
function priorOf(mixed: number) {
  const denoise = async (x: FloatArray, sigma: number) => {
    const next = (i: number) => x.data[(i + 1) % x.data.length] - M;
    return mapArray(x, (value, i) => M + shrink(sigma) * ((1 - mixed) * (value - M) + mixed * next(i)));
  };
  return {
    ...{ name: 'line', sigmaRange: [0.001, 10] as const, denoise },
    lastLayer: {
      deviation: async (x: FloatArray) => filled(x.shape, GAMMA),
      draw: () => Promise.reject(new Error('not asked')),
    },
  };
}

const noisy = mapArray(filled(SHAPE, 0), (_, i) => 0.4 + 0.5 * Math.sin(i));
const rms = ({ data }: FloatArray) =>
  Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
const STEPS = 12;
const levels = geometricSigmas(STEPS, SIGMA / 30, SIGMA);

describe('carriedDeviation', () => {
  it.each([3, 10])('is exact where the network is linear, pixel by pixel, of %d draws', async (draws) => {
    const { mean, deviation } = await carriedDeviation(priorOf(0), noisy, SIGMA, { steps: STEPS, draws });
    let [gain, variance] = [1, 0];
    for (let i = 0; i < STEPS; i++) {
      const keep = levels[i + 1] / levels[i];
      const slope = keep + (1 - keep) * shrink(levels[i]);
      gain *= slope;
      variance = slope ** 2 * variance + ((1 - keep) * GAMMA) ** 2;
    }
    mean.data.forEach((value, i) => {
      expect(value).toBeCloseTo(M + gain * (noisy.data[i] - M), 5);
      expect(deviation.data[i] / Math.sqrt(variance)).toBeCloseTo(1, 4);
    });
  });

  it('agrees with many runs whose answers are off at random', async () => {
    const prior = priorOf(0.3);
    const runs = 300;
    const squares = new Float64Array(noisy.size);
    const still = await follow(prior, () => 0);
    for (let run = 0; run < runs; run++) {
      const random = keyedRandom(run, 'monte carlo', 0)('answers');
      const found = await follow(prior, () => GAMMA * random.normal());
      found.data.forEach((value, i) => {
        squares[i] += (value - still.data[i]) ** 2 / runs;
      });
    }
    const truth = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / squares.length);
    const { deviation } = await carriedDeviation(prior, noisy, SIGMA, { steps: STEPS, draws: 20 });
    expect(Math.abs(rms(deviation) / truth - 1)).toBeLessThan(0.08);
  });

  it('needs a last layer that was measured, and draws enough for a slope', async () => {
    await expect(carriedDeviation({ ...priorOf(0), lastLayer: undefined }, noisy, SIGMA)).rejects.toThrow(
      'prior line has no lastLayer: see retrodict card --laplace',
    );
    await expect(carriedDeviation(priorOf(0), noisy, SIGMA, { draws: 2 })).rejects.toThrow(
      'draws must be a whole number from 3, found 2',
    );
  });
});

/** The flow with an answer that is off by `off()` in each value. */
async function follow({ denoise }: ReturnType<typeof priorOf>, off: () => number): Promise<FloatArray> {
  let x = noisy;
  for (let i = 0; i < STEPS; i++) {
    const { data } = await denoise(x, levels[i]);
    const keep = levels[i + 1] / levels[i];
    const before = x.data;
    x = mapArray(x, (_, j) => keep * before[j] + (1 - keep) * (data[j] + off()));
  }
  return x;
}
