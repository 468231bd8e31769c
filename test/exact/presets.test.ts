/**
 * Solvers as they are shipped against an exact posterior, on small images whose prior is one Gaussian. The tolerances
 * would not have let pass what 0.1.0 had: chains that began at grey, levels that ended too early, last steps that were
 * means, presets of half the width.
 */
import { describe, expect, it } from 'vitest';
import { solvers } from '../../solvers/index.js';
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

// `--uncertainty` takes flower.
describe.each(tasks)('%s, %s', (spec, noise) => {
  it.each(['flower', 'mmps'])('%s has no bias and the right spread', async (solver) => {
    const reference = await imageReference(spec, noise, SIDE);
    const { bias, brightness, sdRatio, held, misfit } = await scorePreset(reference, solver, SAMPLES);
    expect(bias).toBeLessThan(0.25);
    expect(Math.abs(brightness)).toBeLessThan(0.2);
    expect(sdRatio).toBeGreaterThan(0.93);
    expect(sdRatio).toBeLessThan(1.12);
    expect(held).toBeGreaterThan(0.87);
    expect(held).toBeLessThan(0.93);
    expect(Math.abs(misfit - 1)).toBeLessThan(0.25);
  });
});

/** The ratio of standard deviations that each other solver has, and the most that its mean is off. */
const known = {
  diffpir: { denoise: 0.73, double: 0.64, bias: 0.25 },
  dps: { denoise: 0.88, double: 0.92, bias: 0.25 },
  pigdm: { denoise: 0.82, double: 0.86, bias: 0.25 },
  ddrm: { denoise: 0.45, double: 0.66, bias: 0.45 },
  ddnm: { denoise: 0.45, double: 0.66, bias: 0.45 },
  daps: { denoise: 0.85, double: 0.81, bias: 0.25 },
  'pnp-dm': { denoise: 0.9, double: 0.92, bias: 0.25 },
  'red-diff': { denoise: 0.25, double: 0.44, bias: 0.45 },
  sitcom: { denoise: 0.72, double: 0.66, bias: 0.35 },
  dcdp: { denoise: 0.77, double: 0.71, bias: 0.35 },
} as const;

describe.each(Object.entries(known))('%s', (solver, { denoise, double, bias }) => {
  it.each([
    ['denoise', 'gaussian:sigma=25/255', denoise],
    ['downsample:factor=2', 'gaussian:sigma=1/255', double],
  ])('%s, %s: %d of the exact standard deviation', async (spec, noise, ratio) => {
    const found = await scorePreset(await imageReference(spec, noise, SIDE), solver, 16);
    expect(Math.abs(found.sdRatio - ratio)).toBeLessThan(0.1);
    expect(found.bias).toBeLessThan(bias);
    expect(Math.abs(found.brightness)).toBeLessThan(0.3);
    // What is called a sample of the posterior is nearly as wide as it should be.
    if (solvers[solver].samplesPosterior) expect(found.sdRatio).toBeGreaterThan(0.75);
  });
});

it('every solver of single samples is in these tables', () => {
  const drawing = Object.values(solvers).filter(
    ({ kind, needs }) => kind === 'chain' && needs.prior === 'diffusion' && needs.noisePrior === undefined,
  );
  const elsewhere = ['flower', 'mmps', 'tweedie'];
  expect(drawing.map(({ name }) => name).sort()).toEqual([...Object.keys(known), ...elsewhere].sort());
});

// Levels that ended at 1.3/255, and a last step that is a mean, left nothing to be drawn at little noise.
it.each(['dps', 'pnp-dm', 'daps'])(
  '%s with missing pixels and noise of 1/255 is not too narrow',
  async (solver) => {
    const reference = await imageReference('inpaint:fraction=0.7', 'gaussian:sigma=1/255', SIDE);
    const found = await scorePreset(reference, solver, 16);
    expect(found.sdRatio).toBeGreaterThan(0.78);
    expect(found.sdRatio).toBeLessThan(1.15);
    expect(found.misfit).toBeGreaterThan(0.1);
    expect(found.misfit).toBeLessThan(2);
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
