import { describe, expect, it } from 'vitest';
import { alphasCumprod, noiseSchedule } from '../../models/schedule.js';

describe('tables of ᾱ', () => {
  it('are products of 1 − β', () => {
    const [first, second, third] = alphasCumprod({ kind: 'betas', values: [0.1, 0.2, 0.5] });
    expect([first, second, third]).toEqual(
      [0.9, 0.9 * 0.8, 0.9 * 0.8 * 0.5].map((value) => expect.closeTo(value, 12)),
    );
    expect(alphasCumprod({ kind: 'alphas', values: [0.9, 0.1] })).toEqual([0.9, 0.1]);
  });

  it('rise in β, in its root, or fall as a squared cosine', () => {
    const betas = (kind: 'linear' | 'scaled-linear') => {
      const alphas = [1, ...alphasCumprod({ kind, first: 0.01, last: 0.09, steps: 3 })];
      return alphas.slice(1).map((alpha, i) => 1 - alpha / alphas[i]);
    };
    expect(betas('linear')).toEqual([0.01, 0.05, 0.09].map((value) => expect.closeTo(value, 12)));
    expect(betas('scaled-linear')).toEqual([0.01, 0.04, 0.09].map((value) => expect.closeTo(value, 12)));
    const cosine = alphasCumprod({ kind: 'squared-cosine', steps: 1000 });
    const alpha = (u: number) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2;
    expect(cosine[499]).toBeCloseTo(alpha(0.5) / alpha(0), 10);
  });
});

describe('a schedule tells the network', () => {
  it('of a table: the step, by interpolation of ln σ, within the table', () => {
    const { index } = noiseSchedule({ kind: 'vp', table: { kind: 'alphas', values: [0.9, 0.5, 0.1] } });
    const sigmas = [0.9, 0.5, 0.1].map((alpha) => Math.sqrt((1 - alpha) / alpha));
    expect(sigmas.map((sigma) => index!(sigma))).toEqual([0, 1, 2].map((step) => expect.closeTo(step, 10)));
    expect(index!(Math.sqrt(sigmas[0] * sigmas[1]))).toBeCloseTo(0.5, 10);
    expect([index!(1e-9), index!(1e9)]).toEqual([0, 2]);
  });

  it('of variance preserving: signal and noise have squares that sum to 1', () => {
    const { signal, t } = noiseSchedule({ kind: 'vp-continuous', betaMin: 0.1, betaMax: 20 });
    expect(signal(3) ** 2 * (1 + 9)).toBeCloseTo(1, 12);
    for (const time of [0.01, 0.3, 1]) {
      const sigma = Math.sqrt(Math.expm1(0.5 * 19.9 * time ** 2 + 0.1 * time));
      expect(t!(sigma)).toBeCloseTo(time, 10);
    }
  });

  it('of exploding variance, EDM and flow: what their papers say', () => {
    expect(noiseSchedule({ kind: 've' }).signal(7)).toBe(1);
    expect(noiseSchedule({ kind: 'edm', sigmaData: 0.5 }).inputScale(1.2)).toBeCloseTo(1 / 1.3, 12);
    const flow = noiseSchedule({ kind: 'flow' });
    // x_t = (1 − t) x0 + t n at t = ¾: σ = 3.
    expect([flow.signal(3), flow.t!(3)]).toEqual([0.25, 0.75]);
  });
});
