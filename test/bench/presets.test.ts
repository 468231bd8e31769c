/** The exact posterior of images under a Gaussian prior, and what is said of samples beside it. */
import { describe, expect, it } from 'vitest';
import { imageReference, presetsTable, scorePreset } from '../../src/bench/presets.js';

describe('imageReference', () => {
  it('of noise alone has the mean that the prior denoises to', async () => {
    const { measurement, prior, mean, sd } = await imageReference('denoise', 'gaussian:sigma=0.1', 5);
    const denoised = await prior.denoise(measurement, 0.1);
    denoised.data.forEach((value, i) => {
      expect(value).toBeCloseTo(mean[i], 5);
    });
    const { pullback } = await prior.linearize!(measurement, 0.1);
    const unit = { ...measurement, data: measurement.data.map((_, i) => Number(i === 7)) };
    // Tweedie: σ² ∂D/∂y
    expect(Math.sqrt(0.01 * (await pullback(unit)).data[7])).toBeCloseTo(sd[7], 5);
  });

  it('refuses what has no exact posterior', async () => {
    await expect(imageReference('clip', 'gaussian:sigma=0.1', 5)).rejects.toThrow(
      'clip with gaussian:sigma=0.1 has no exact posterior, expected a linear problem with Gaussian noise',
    );
  });
});

describe('scorePreset', () => {
  it('of exact samples finds no bias, the right spread and 90 % inside', async () => {
    const reference = await imageReference('denoise', 'gaussian:sigma=25/255', 6);
    // The reverse diffusion from the measurement draws from this posterior; its reported mean is not used.
    const { bias, sdRatio, held, misfit } = await scorePreset(reference, 'tweedie', 200);
    expect(bias).toBeLessThan(0.15);
    expect(Math.abs(sdRatio - 1)).toBeLessThan(0.04);
    expect(Math.abs(held - 0.9)).toBeLessThan(0.02);
    expect(Math.abs(misfit - 1)).toBeLessThan(0.3);
  });
});

it('the table writes a misfit beyond all bounds short', () => {
  const row = { problem: 'ct', noise: 'n', solver: 's', samples: 4, bias: 1, brightness: -0.5, sdRatio: 0.8 };
  const table = presetsTable([{ ...row, held: 0.881, misfit: 1e9, networkEvaluations: 20, vjps: 0 }]);
  expect(table.split('\n')[2]).toMatch(/\| ct .* 1.00 .* -0.50 .* 0.80 .* 88 % .* 1e\+9 /);
});
