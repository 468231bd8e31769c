/** Devices that are right, nearly right and wrong: a prior in closed form, changed. */
import { expect, it } from 'vitest';
import { requireAgreement } from '../../models/device-check.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { type FloatArray, mapArray } from '../../src/core/array.js';
import { GradientError } from '../../src/core/errors.js';

const cpu: DiffusionPrior = {
  kind: 'diffusion',
  name: 'halving',
  channels: 1,
  sigmaRange: [0.01, 100],
  sizeMultiple: 1,
  denoise: async (x) => mapArray(x, (value) => value / 2),
  linearize: async (x) => ({
    value: mapArray(x, (value) => value / 2),
    pullback: async (v) => mapArray(v, (value) => value / 2),
    release() {},
  }),
  close: async () => {},
};

/** The same prior, whose answers or gradients are off by a factor. */
function off(answer: number, gradient: number): DiffusionPrior {
  const by = (factor: number, x: FloatArray) => mapArray(x, (value) => factor * value);
  return {
    ...cpu,
    async linearize(x, sigma, signal) {
      const { value, pullback, release } = await cpu.linearize!(x, sigma, signal);
      return {
        value: by(answer, value),
        pullback: async (v) => by(gradient, await pullback(v)),
        release,
      };
    },
  };
}

it('a device that rounds otherwise is taken, and what it differs by is told', async () => {
  const { evaluation, gradient } = await requireAgreement(off(1 + 1e-5, 1 + 2e-5), cpu, 'webgpu');
  expect(evaluation).toBeCloseTo(1e-5, 6);
  expect(gradient).toBeCloseTo(2e-5, 6);
});

it.each([
  ['answer', off(1.01, 1), '0.010'],
  ['gradient', off(1, 0.5), '0.50'],
  ['answer', off(Number.NaN, 1), 'Infinity'],
])('a device whose %s is wrong is refused', async (what, prior, by) => {
  await expect(requireAgreement(prior, cpu, 'webgpu')).rejects.toThrow(
    `device webgpu: the ${what} of halving is off the CPU's by ${by} of its largest value; expected at most 0.001`,
  );
});

it('half precision is allowed more', async () => {
  const prior = off(1.01, 1.01);
  expect((await requireAgreement(prior, cpu, 'cuda', 'fp16')).evaluation).toBeCloseTo(0.01, 4);
});

it('without a gradient the evaluation alone counts', async () => {
  const plain: DiffusionPrior = {
    ...cpu,
    linearize: async () => {
      throw new GradientError('no rule');
    },
  };
  expect(await requireAgreement(plain, plain, 'webgpu')).toEqual({ evaluation: 0 });
});
