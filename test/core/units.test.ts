import { describe, expect, it } from 'vitest';
import { DPS_IMAGE_SIZE, diffpirRho, dpsStepSize, vpScale } from '../../src/core/units.js';

describe('units', () => {
  it('scales a variance-preserving state on [-1, 1] to unit variance under pure noise', () => {
    const sigma = 1.3;
    expect(vpScale(sigma) ** 2 * (1 + 4 * sigma ** 2)).toBeCloseTo(1, 12);
  });

  it('keeps the size of a DPS step per pixel', () => {
    const large = dpsStepSize(0.3, 0.5, 0.4, 4 * DPS_IMAGE_SIZE);
    expect(large / dpsStepSize(0.3, 0.5, 0.4, DPS_IMAGE_SIZE)).toBeCloseTo(2, 12);
  });

  // main_ddpir_deblur.py: rho = λ σ²/σ_k² with σ = 12.75/255 on [0, 1] and σ_k on [-1, 1].
  it('gives the ρ of the published DiffPIR code', () => {
    const sigmaOnSymmetricRange = 0.8;
    expect(diffpirRho(7, 0.05, sigmaOnSymmetricRange / 2)).toBeCloseTo((7 * 0.05 ** 2) / 0.8 ** 2, 12);
  });
});
