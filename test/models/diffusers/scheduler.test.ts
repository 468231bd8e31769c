import { expect, it } from 'vitest';
import { schedulerConfig, training } from '../../../models/diffusers/scheduler.js';

const trained = (config: object) =>
  training(schedulerConfig.parse({ _class_name: 'DDPMScheduler', ...config }), 'scheduler_config.json');

it("DDPM's defaults are a linear rise of β over a thousand steps", () => {
  const { schedule, sigmaRange, parametrisation, time } = trained({});
  expect(schedule).toEqual({ kind: 'vp', table: { kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 } });
  expect([parametrisation, time]).toEqual(['epsilon', { form: 'index', scale: 1 }]);
  // σ² = (1 − ᾱ)/ᾱ; after one step ᾱ = 1 − 10⁻⁴.
  expect(sigmaRange[0]).toBeCloseTo(Math.sqrt(1e-4 / (1 - 1e-4)), 10);
  expect(sigmaRange[1]).toBeCloseTo(157, 0);
});

it('a flow of T steps reaches from t = 1/T to one step before pure noise', () => {
  const { sigmaRange } = trained({
    _class_name: 'FlowMatchEulerDiscreteScheduler',
    num_train_timesteps: 100,
  });
  expect(sigmaRange).toEqual([1 / 99, 99]);
});

it.each(['LCMScheduler', 'TCDScheduler'])('%s has the table of what was distilled', (name) => {
  const config = { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 };
  const { consistencyLevels, ...found } = trained({
    _class_name: name,
    original_inference_steps: 50,
    ...config,
  });
  expect(found).toEqual(trained(config));
  // diffusers 0.35.2: LCMScheduler(**config).set_timesteps(8) takes 999, 879, 759, 639, 499, 379, 259 and 139, and its
  // alphas_cumprod has these σ there.
  expect(consistencyLevels).toHaveLength(50);
  const eight = Array.from({ length: 8 }, (_, i) => consistencyLevels![Math.floor((i * 50) / 8)]);
  const known = [14.614647, 7.485424, 4.260558, 2.634797, 1.612887, 1.08673, 0.71938, 0.431327];
  known.forEach((sigma, i) => {
    expect(eight[i]).toBeCloseTo(sigma, 4);
  });
});

it('LCM is distilled on 50 steps where nothing is said, and never on pure noise', () => {
  expect(trained({ _class_name: 'LCMScheduler' }).consistencyLevels).toHaveLength(50);
  const rescaled = trained({ _class_name: 'LCMScheduler', rescale_betas_zero_snr: true });
  expect(rescaled.consistencyLevels).toHaveLength(49);
  expect(rescaled.consistencyLevels!.every(Number.isFinite)).toBe(true);
});

it('a flow is one whatever its sampler', () => {
  const of = (name: string) => trained({ _class_name: `FlowMatch${name}DiscreteScheduler` });
  expect(of('Heun')).toEqual(of('Euler'));
});

it('what is not supported is refused by the name of the file', () => {
  expect(() => trained({ _class_name: 'EDMEulerScheduler', prediction_type: 'sample' })).toThrow(
    'scheduler_config.json: EDMEulerScheduler with prediction_type sample is not supported.',
  );
  expect(() => trained({ _class_name: 'VQDiffusionScheduler' })).toThrow(
    'scheduler_config.json names the scheduler VQDiffusionScheduler, which is not known',
  );
  expect(() => trained({ _class_name: 'LCMScheduler', original_inference_steps: 2000 })).toThrow(
    'scheduler_config.json: original_inference_steps is 2000, but the schedule has 1000 steps; expected no more.',
  );
  const short = { _class_name: 'LCMScheduler', trained_betas: [0.01, 0.02, 0.03] };
  expect(() => trained(short)).toThrow(
    'scheduler_config.json: the network was distilled at time step 999 of 1000, but the schedule has 3 steps; ' +
      'expected num_train_timesteps and trained_betas that agree.',
  );
});
