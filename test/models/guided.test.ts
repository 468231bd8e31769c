import { describe, expect, it } from 'vitest';
import { guided } from '../../models/guided.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { floatArray } from '../../src/core/array.js';

const image = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const text = mixturePrior(new GaussianMixture([{ weight: 1, mean: [1, 2], covariance: [1, 0.3, 0.3, 0.5] }]));
const base = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0, -1], covariance: [0.8, 0, 0, 2] }]));
const [x, v, sigma, scale] = [image(0.3, -0.8), image(1, -2), 0.7, 3.5];

describe('guided', () => {
  const prior = guided(text, base, scale);
  const line = (towards: number, from: number) => from + scale * (towards - from);

  it('is on the line from the one denoiser through the other, with its gradient', async () => {
    const [towards, from] = [await text.denoise(x, sigma), await base.denoise(x, sigma)];
    const denoised = await prior.denoise(x, sigma);
    const { value, pullback, release } = await prior.linearize!(x, sigma);
    const [a, b] = await Promise.all(
      [text, base].map(async (one) => (await one.linearize!(x, sigma)).pullback(v)),
    );
    const pulled = await pullback(v);
    for (const i of [0, 1]) {
      expect(denoised.data[i]).toBeCloseTo(line(towards.data[i], from.data[i]), 5);
      expect(value.data[i]).toBeCloseTo(denoised.data[i], 6);
      expect(pulled.data[i]).toBeCloseTo(line(a.data[i], b.data[i]), 5);
    }
    release();
  });

  it('frees both, or the first where the second fails, and has no gradient where one has none', async () => {
    const released: string[] = [];
    const noting = (prior: DiffusionPrior, name: string): DiffusionPrior => ({
      ...prior,
      linearize: async (...given) => ({
        ...(await prior.linearize!(...given)),
        release: () => {
          released.push(name);
        },
      }),
    });
    (await guided(noting(text, 'text'), noting(base, 'base'), 2).linearize!(x, sigma)).release();
    expect(released.sort()).toEqual(['base', 'text']);
    released.length = 0;
    const failing: DiffusionPrior = {
      ...base,
      linearize: async () => {
        throw new Error('no room');
      },
    };
    await expect(guided(noting(text, 'text'), failing, 2).linearize!(x, sigma)).rejects.toThrow('no room');
    expect(released).toEqual(['text']);
    const { linearize: _, ...without } = base;
    expect(guided(text, without, 2).linearize).toBeUndefined();
    expect(guided(without, text, 2).linearize).toBeUndefined();
  });

  it('needs the memory of one network to denoise, and of two to be differentiated', () => {
    const sized = { ...text, footprint: (h: number, w: number) => ({ denoise: h, linearize: w }) };
    expect(guided(sized, base, 2).footprint!(5, 7)).toEqual({ denoise: 5, linearize: 14 });
    expect(guided(text, sized, 2).footprint).toBeUndefined();
  });
});
