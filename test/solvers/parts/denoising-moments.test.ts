/** Tweedie's moments where a denoiser is linear, with a Jacobian that is written down. */
import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../../../models/prior.js';
import { denoisingMoments } from '../../../solvers/parts/denoising-moments.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { testContext } from '../../exact/dense.js';

const SIGMA = 0.3;
const SHAPE = [2, 1, 3];
/** Of the Jacobian, which is diagonal: one entry is less than nothing, as of a network that is not quite a denoiser. */
const SLOPES = [0.9, 0.5, 0.2, -0.1, 0.7, 0.4];
const y = floatArray(Float32Array.of(0.1, 0.9, 0.4, 0.5, 0.3, 0.8), SHAPE);
const scaled = (x: FloatArray) => mapArray(x, (value, i) => SLOPES[i] * value);

function linearPrior() {
  const counts = { denoised: 0, linearized: 0, pulled: 0, open: 0 };
  const prior: DiffusionPrior = {
    kind: 'diffusion',
    name: 'linear',
    channels: 2,
    sigmaRange: [0.01, 5],
    sizeMultiple: 1,
    denoise: async (x) => {
      counts.denoised++;
      return scaled(x);
    },
    linearize: async (x) => {
      counts.linearized++;
      counts.open++;
      return {
        value: scaled(x),
        pullback: (v) => {
          counts.pulled++;
          return scaled(v);
        },
        release: () => void counts.open--,
      };
    },
    close: async () => {},
  };
  return { prior, counts };
}

function expectValues(found: FloatArray | undefined, expected: readonly number[], digits = 6) {
  expect(found?.shape).toEqual(SHAPE);
  expected.forEach((value, i) => {
    expect(found?.data[i]).toBeCloseTo(value, digits);
  });
}

const variances = SLOPES.map((slope) => SIGMA ** 2 * Math.max(slope, 1e-4));
const exactly = { pitch: 2, smoothing: 0 };

describe('denoisingMoments', () => {
  it('has the mean, and σ² times the diagonal of the Jacobian, which is never nothing', async () => {
    const { prior, counts } = linearPrior();
    const { mean, variance } = await denoisingMoments(
      prior,
      y,
      SIGMA,
      { turns: 1, probing: exactly },
      testContext(),
    );
    expectValues(mean, [...scaled(y).data]);
    expectValues(variance, variances);
    expect(counts).toEqual({ denoised: 0, linearized: 1, pulled: 2 * 2 ** 2, open: 0 });
  });

  it('without a gradient takes differences', async () => {
    const { prior, counts } = linearPrior();
    const { linearize: _, ...plain } = prior;
    const { mean, variance } = await denoisingMoments(
      plain,
      y,
      SIGMA,
      { turns: 1, probing: exactly },
      testContext(),
    );
    expectValues(mean, [...scaled(y).data]);
    expectValues(variance, variances, 5);
    expect(counts).toEqual({ denoised: 1 + 2 * 8, linearized: 0, pulled: 0, open: 0 });
  });

  it('takes differences over a tenth of the noise', async () => {
    const { prior } = linearPrior();
    const { linearize: _, ...plain } = prior;
    const moves: number[] = [];
    const noting: DiffusionPrior = {
      ...plain,
      denoise: async (x) => {
        moves.push(Math.max(...x.data.map((value, i) => Math.abs(value - y.data[i]))));
        return scaled(x);
      },
    };
    await denoisingMoments(
      noting,
      y,
      SIGMA,
      { turns: 1, probing: { pitch: 1, smoothing: 0 } },
      testContext(),
    );
    expect(moves[0]).toBe(0);
    for (const move of moves.slice(1)) expect(move).toBeCloseTo(0.1 * SIGMA, 6);
  });

  it('without probing has the mean alone, by one evaluation', async () => {
    const { prior, counts } = linearPrior();
    const found = await denoisingMoments(prior, y, SIGMA, { turns: 1 }, testContext());
    expectValues(found.mean, [...scaled(y).data]);
    expect(found).not.toHaveProperty('variance');
    expect(counts).toEqual({ denoised: 1, linearized: 0, pulled: 0, open: 0 });
  });

  it.each(['mirror', 'dihedral'] as const)('averages the mean over mirror images: %s', async (symmetry) => {
    const { prior, counts } = linearPrior();
    const alike: DiffusionPrior = { ...prior, card: { symmetry } as DiffusionPrior['card'] };
    const { mean } = await denoisingMoments(alike, y, SIGMA, { turns: 4, probing: exactly }, testContext());
    // Rows are single, so that upside down is as it is.
    const turned = SLOPES.map((slope, i) => (slope + SLOPES[3 * Math.floor(i / 3) + 2 - (i % 3)]) / 2);
    expectValues(mean, [...mapArray(y, (value, i) => turned[i] * value).data]);
    expect(counts.denoised).toBe(symmetry === 'mirror' ? 1 : 3);
  });

  it.each([undefined, exactly])('tells of each step once, of as many as there are: %o', async (probing) => {
    const { prior } = linearPrior();
    const alike: DiffusionPrior = { ...prior, card: { symmetry: 'dihedral' } as DiffusionPrior['card'] };
    const told: [number, number][] = [];
    const context = { ...testContext(), step: async (i: number, of: number) => void told.push([i, of]) };
    await denoisingMoments(alike, y, SIGMA, { turns: 4, probing }, context);
    const all = 4 + (probing ? 2 * exactly.pitch ** 2 : 0);
    expect(told).toEqual(Array.from({ length: all }, (_, i) => [i, all]));
  });

  it('averages variances by a Gaussian of a width', async () => {
    const { prior } = linearPrior();
    const narrow = { pitch: 2, smoothing: 0.5 };
    const { variance } = await denoisingMoments(
      prior,
      y,
      SIGMA,
      { turns: 1, probing: narrow },
      testContext(),
    );
    const kernel = [0, 1, 2].map((distance) => Math.exp(-(distance ** 2) / (2 * 0.5 ** 2)));
    const total = kernel[0] + 2 * (kernel[1] + kernel[2]);
    // Mirrored at the borders, each at its edge: 0 1 2 → 1 0 | 0 1 2 | 2 1.
    const at = (channel: number, place: number) => {
      const mirrored = place < 0 ? -1 - place : place > 2 ? 5 - place : place;
      return SLOPES[3 * channel + mirrored];
    };
    const expected = SLOPES.map((_, i) => {
      const [channel, place] = [Math.floor(i / 3), i % 3];
      const sum = [-2, -1, 0, 1, 2].reduce((a, d) => a + kernel[Math.abs(d)] * at(channel, place + d), 0);
      return SIGMA ** 2 * Math.max(sum / total, 1e-4);
    });
    expectValues(variance, expected, 5);
  });

  it('says where it is: an evaluation and its products, in each part of the image', async () => {
    const { prior } = linearPrior();
    const said: number[][] = [];
    const context = { ...testContext(), step: async (i: number, of: number) => void said.push([i, of]) };
    await denoisingMoments(prior, y, SIGMA, { turns: 1, probing: { pitch: 1, smoothing: 0 } }, context);
    expect(said).toEqual([0, 1, 2].map((i) => [i, 3]));
    said.length = 0;
    const halves: DiffusionPrior = {
      ...prior,
      inParts: async (arrays, work) => {
        await work(arrays, prior, 0, 2);
        return work(arrays, prior, 1, 2);
      },
    };
    await denoisingMoments(halves, y, SIGMA, { turns: 1, probing: { pitch: 1, smoothing: 0 } }, context);
    expect(said).toEqual([0, 1, 2, 3, 4, 5].map((i) => [i, 6]));
  });

  it('frees the denoiser where a product fails', async () => {
    const { prior, counts } = linearPrior();
    const failing: DiffusionPrior = {
      ...prior,
      linearize: async (x, sigma) => ({
        ...(await prior.linearize!(x, sigma)),
        pullback: () => {
          throw new Error('the product fails');
        },
      }),
    };
    const run = denoisingMoments(failing, y, SIGMA, { turns: 1, probing: exactly }, testContext());
    await expect(run).rejects.toThrow('the product fails');
    expect(counts.open).toBe(0);
  });
});
