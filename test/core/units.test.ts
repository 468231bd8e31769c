import { describe, expect, it } from 'vitest';
import {
  DPS_IMAGE_SIZE,
  diffpirRho,
  dpsStepSize,
  LATENT_CODE_SIZE,
  latentStepSize,
  vpScale,
} from '../../src/core/units.js';

describe('units', () => {
  it('scales a variance-preserving state on [-1, 1] to unit variance under pure noise', () => {
    const sigma = 1.3;
    expect(vpScale(sigma) ** 2 * (1 + 4 * sigma ** 2)).toBeCloseTo(1, 12);
  });

  it('keeps the size of a DPS step per pixel', () => {
    const large = dpsStepSize(0.3, 0.5, 0.4, 4 * DPS_IMAGE_SIZE);
    expect(large / dpsStepSize(0.3, 0.5, 0.4, DPS_IMAGE_SIZE)).toBeCloseTo(2, 12);
  });

  it('moves our state by what DPS subtracts from its own, for any denoiser and picture', () => {
    // One value seen as it is; in the paper's units X = a(2x − 1), X0 = 2f(x) − 1, Y = 2y − 1.
    const [zeta, sigma, next, x, y] = [0.7, 0.9, 0.4, 0.35, 0.8];
    const f = (at: number) => 0.5 + 0.6 * Math.tanh(at - 0.4);
    const [a, b] = [vpScale(sigma), vpScale(next)];
    const published = (state: number) => Math.abs(2 * y - 1 - (2 * f((state / a + 1) / 2) - 1));
    const ours = (at: number) => Math.abs(y - f(at));
    const slope = (g: (at: number) => number, at: number) => (g(at + 1e-6) - g(at - 1e-6)) / 2e-6;
    // The state that is moved is the next one, and half of it is ours.
    const moved = (zeta * slope(published, a * (2 * x - 1))) / (2 * b);
    expect(dpsStepSize(zeta, sigma, next, DPS_IMAGE_SIZE) * slope(ours, x)).toBeCloseTo(moved, 8);
    expect(DPS_IMAGE_SIZE).toBe(196_608);
  });

  it('moves our code by what DPS subtracts from a variance-preserving one', () => {
    const [zeta, sigma, next, z, y] = [0.7, 0.9, 0.4, 0.35, 0.8];
    const image = (code: number) => 0.5 + 0.6 * Math.tanh(code - 0.4);
    const [a, b] = [sigma, next].map((level) => 1 / Math.sqrt(1 + level ** 2));
    const published = (code: number) => Math.abs(2 * y - 1 - (2 * image(code / a) - 1));
    const ours = (code: number) => Math.abs(y - image(code));
    const slope = (g: (at: number) => number, at: number) => (g(at + 1e-6) - g(at - 1e-6)) / 2e-6;
    const moved = (zeta * slope(published, a * z)) / b;
    expect(latentStepSize(zeta, sigma, next, LATENT_CODE_SIZE) * slope(ours, z)).toBeCloseTo(moved, 8);
  });

  // main_ddpir_deblur.py: rho = λ σ²/σ_k² with σ = 12.75/255 on [0, 1] and σ_k on [-1, 1].
  it('gives the ρ of the published DiffPIR code', () => {
    const sigmaOnSymmetricRange = 0.8;
    expect(diffpirRho(7, 0.05, sigmaOnSymmetricRange / 2)).toBeCloseTo((7 * 0.05 ** 2) / 0.8 ** 2, 12);
  });
});
