/**
 * Solvers as they are shipped against an exact posterior, on small images whose prior is one Gaussian. The tolerances
 * would not have let pass what 0.1.0 had: chains that began at grey, levels that ended too early, last steps that were
 * means, presets of half the width.
 */
import { describe, expect, it } from 'vitest';
import { imageReference, scorePreset } from '../../src/bench/presets.js';

const SIDE = 8;
const SAMPLES = 40;

const tasks = [
  ['denoise', 'gaussian:sigma=25/255'],
  ['denoise', 'gaussian:sigma=5/255'],
  ['inpaint:fraction=0.7', 'gaussian:sigma=1/255'],
  ['gaussian-blur:sigma=1.6,border=reflect', 'gaussian:sigma=2/255'],
  ['gaussian-blur:sigma=1.6,border=reflect', 'gaussian:sigma=10/255'],
  ['downsample:factor=2', 'gaussian:sigma=1/255'],
  ['downsample:factor=2', 'gaussian:sigma=10/255'],
  ['mri', 'gaussian:sigma=0.02'],
  ['hadamard:fraction=0.3', 'gaussian:sigma=2/255'],
] as const;

describe.each(tasks)('%s, %s', (spec, noise) => {
  it('mmps, which --uncertainty takes, has no bias and the right spread', async () => {
    const reference = await imageReference(spec, noise, SIDE);
    const { bias, brightness, sdRatio, held, misfit } = await scorePreset(reference, 'mmps', SAMPLES);
    expect(bias).toBeLessThan(0.25);
    expect(Math.abs(brightness)).toBeLessThan(0.2);
    expect(sdRatio).toBeGreaterThan(0.93);
    expect(sdRatio).toBeLessThan(1.1);
    expect(held).toBeGreaterThan(0.87);
    expect(held).toBeLessThan(0.93);
    expect(Math.abs(misfit - 1)).toBeLessThan(0.25);
  });
});

/** Of the others what each has: the ratio of standard deviations, to within 0.1, and the most that its mean is off. */
const known = [
  { solver: 'flower', noise: 'gaussian:sigma=10/255', ratio: 1, bias: 0.2 },
  { solver: 'pigdm', noise: 'gaussian:sigma=10/255', ratio: 0.9, bias: 0.3 },
  { solver: 'dps', noise: 'gaussian:sigma=10/255', ratio: 0.8, bias: 0.3 },
  { solver: 'daps', noise: 'gaussian:sigma=10/255', ratio: 0.75, bias: 0.3 },
  { solver: 'pnp-dm', noise: 'gaussian:sigma=10/255', ratio: 0.71, bias: 0.2 },
  { solver: 'diffpir', noise: 'gaussian:sigma=10/255', ratio: 0.64, bias: 0.2 },
];

it.each(known)(
  '$solver for ×2 has $ratio of the exact standard deviation',
  async ({ solver, noise, ratio, bias }) => {
    const reference = await imageReference('downsample:factor=2', noise, SIDE);
    const found = await scorePreset(reference, solver, SAMPLES);
    expect(Math.abs(found.sdRatio - ratio)).toBeLessThan(0.1);
    expect(found.bias).toBeLessThan(bias);
    expect(Math.abs(found.brightness)).toBeLessThan(0.2);
  },
);

// Without a preset of their own they diverged, or returned noise, and were "ok".
it.each(['mri', 'defocus-blur:radius=2.5', 'hadamard:fraction=0.3', 'random-projection:fraction=0.3'])(
  'no solver runs away from %s, which has no preset of its own',
  async (spec) => {
    const reference = await imageReference(spec, 'gaussian:sigma=2/255', SIDE);
    for (const solver of ['pigdm', 'daps', 'mmps']) {
      const { misfit, sdRatio } = await scorePreset(reference, solver, 8);
      expect(misfit, solver).toBeLessThan(3);
      expect(sdRatio, solver).toBeLessThan(1.3);
    }
  },
);
