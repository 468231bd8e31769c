/** The noises that are not Gaussian given the image, beside Poisson's: each density, sampler and gradient. */
import { describe, expect, it } from 'vitest';
import { stackNoise } from '../../../problems/algebra/stack.js';
import { noises } from '../../../problems/index.js';
import { devianceOf, type NoiseModel, residualOf } from '../../../problems/noise.js';
import { gaussianNoise } from '../../../problems/noises/gaussian.js';
import { laplaceNoise } from '../../../problems/noises/laplace.js';
import { logPoissonNoise } from '../../../problems/noises/log-poisson.js';
import { poissonGaussianNoise } from '../../../problems/noises/poisson-gaussian.js';
import { ricianNoise } from '../../../problems/noises/rician.js';
import { saltPepperNoise } from '../../../problems/noises/salt-pepper.js';
import { speckleNoise } from '../../../problems/noises/speckle.js';
import { uniformNoise } from '../../../problems/noises/uniform.js';
import { observedNoise } from '../../../problems/observed.js';
import { keyedRandom } from '../../../src/core/random.js';
import { logGamma } from '../../../src/core/special.js';
import {
  constant,
  cumulativeOf,
  DRAWS,
  densityOf,
  expectGradient,
  kolmogorov,
  pearson,
  vector,
} from './noise-checks.js';

const draw = (noise: NoiseModel, clean: number) =>
  noise.sample(constant(clean), keyedRandom(3, 'draw', 0)(noise.name, clean)).data;

/** Noise, clean value, and an interval that holds all but 1e-7 of its density. */
const densities: [string, NoiseModel, number, number, number][] = [
  ['laplace', laplaceNoise(0.1), 0.3, -1.5, 2.1],
  ['uniform', uniformNoise(0.2), 0.3, 0, 0.6],
  ['poisson-gaussian, dark', poissonGaussianNoise(1 / 8, 0.05), 0.05, -0.5, 2],
  ['poisson-gaussian, more photons', poissonGaussianNoise(1 / 200, 0.01), 0.5, 0, 1],
  ['poisson-gaussian, much read-out noise', poissonGaussianNoise(1 / 1000, 0.1), 0.2, -0.5, 0.9],
  ['speckle, one look', speckleNoise(1), 0.4, 0, 8],
  ['speckle, four looks', speckleNoise(4), 0.4, 0, 4],
  ['speckle, many looks', speckleNoise(1000.5), 0.4, 0.3, 0.5],
  ['rician, nothing but noise', ricianNoise(0.2), 0, 0, 1.4],
  ['rician, as much as noise', ricianNoise(0.2), -0.3, 0, 1.7],
  ['rician, bright', ricianNoise(0.02), 0.9, 0.75, 1.05],
];

describe.each(densities)('%s', (_name, noise, clean, low, high) => {
  const cumulative = cumulativeOf(densityOf(noise, clean), low, high);

  it('has a density of mass 1', () => {
    // The rule errs by up to a cell at each of the uniform density's steps.
    expect(Math.abs(cumulative(high) - 1)).toBeLessThan(1e-4);
  });

  it('is drawn from its density: Kolmogorov and Smirnov, level 0.001', () => {
    expect(kolmogorov(draw(noise, clean), cumulative)).toBeLessThan(1.95);
  });

  it('is not taken for Gaussian', () => {
    expect(noise.variance).toBeUndefined();
  });
});

describe('gradients of the log-likelihood', () => {
  it('laplace: ±1/b, 0 where the error is 0', () => {
    expectGradient(laplaceNoise(0.1), [0.1, 0.9, -0.2], [0.3, 0.2, 1.4], 2 ** -8);
    expect(laplaceNoise(0.1).gradient(vector(0.5), vector(0.5)).data[0]).toBe(0);
  });

  it('uniform: 0 within the width, towards it beyond, where the log-likelihood is −∞', () => {
    const noise = uniformNoise(0.25);
    expectGradient(noise, [0.1, 0.5], [0.3, 0.5], 2 ** -8);
    const beyond = noise.gradient(vector(0, 1), vector(0.5, 0.5)).data;
    expect([...beyond]).toEqual([12, -12]); // (0.5 − 0.25)/(0.25²/3)
    expect(noise.logLikelihood(vector(0), vector(0.5))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('uniform: its deviance is about 1 a value all the same, and finite beyond the width', () => {
    const noise = uniformNoise(0.25);
    const clean = constant(0.5);
    const y = noise.sample(clean, keyedRandom(0, 'deviance', 0)('uniform'));
    expect(devianceOf(noise, clean, y) / DRAWS).toBeCloseTo(1, 2);
    expect(devianceOf(noise, vector(0, 1), vector(0.5, 1))).toBe(12); // 0.5²/(0.25²/3)
    const seen = observedNoise(noise, Float32Array.of(0, 1));
    expect(devianceOf(seen, vector(0, 1), vector(0.5, 0.75))).toBe(3);
    const stacked = stackNoise([
      { noise, shape: [1] },
      { noise: laplaceNoise(0.1), shape: [1] },
    ]);
    expect(devianceOf(stacked, vector(0, 1), vector(0.5, 0.75))).toBeCloseTo(12 + 5, 5); // 2·0.25/0.1
  });

  it('poisson-gaussian, also where counts are few, many and impossible', () => {
    expectGradient(poissonGaussianNoise(1 / 8, 0.05), [0.1, 0.5, 0.4], [-0.1, 0.2, 1.5], 2 ** -9);
    expectGradient(poissonGaussianNoise(1 / 1000, 0.02), [0.2, 0.9], [0.25, 0.88], 2 ** -12);
    expectGradient(poissonGaussianNoise(1 / 8, 0.05), [-0.25, 0.0005], [0.4, 0.1], 2 ** -15);
  });

  it('speckle, below its floor as well', () => {
    expectGradient(speckleNoise(4), [0.1, 0.5, 0.9], [0.2, 0.1, 0.9], 2 ** -11);
    expectGradient(speckleNoise(4), [-0.25, 0.0004, -0.1], [0.2, 0.001, 0], 2 ** -14);
    // A measured black pixel never calls for less than no light, however far a chain has strayed.
    const noise = speckleNoise(4);
    const atFloor = noise.logLikelihood(vector(0.001), vector(0));
    expect(noise.logLikelihood(vector(-0.5), vector(0))).toBeCloseTo(atFloor, 5);
    expect(noise.gradient(vector(-0.5), vector(0)).data[0]).toBe(0);
  });

  it('rician: odd in the clean value', () => {
    expectGradient(ricianNoise(0.1), [0.1, 0.5, 0.9, -0.4], [0.2, 0.1, 0.9, 0.5], 2 ** -9);
    const noise = ricianNoise(0.01); // arguments of the Bessel function up to 1e4
    expectGradient(noise, [0.9, 0.3], [0.95, 0.28], 2 ** -12);
    expect(noise.logLikelihood(vector(-0.3), vector(0.28))).toBe(
      noise.logLikelihood(vector(0.3), vector(0.28)),
    );
  });

  it('salt-pepper: 0 at exactly 0 and 1, which say nothing of the image; Gaussian elsewhere', () => {
    expectGradient(saltPepperNoise(0.3, 0.5, 0.1), [0.2, 0.9, 0.4, 0.4], [0, 1, 0.35, 0.999], 2 ** -8);
  });

  it('log-poisson, where nothing was counted as well', () => {
    const none = -Math.log(0.5 / 1000) / 0.1;
    expectGradient(logPoissonNoise(1000, 0.1), [3, 40, 70, -1], [5, 37, none, 0.5], 2 ** -8);
  });

  it('log-poisson, where there is far more light than the source gives', () => {
    const noise = logPoissonNoise(1000, 0.1);
    expectGradient(noise, [-99, -101, -250], [5, 37, 0], 2 ** -8);
    for (const clean of [-1e4, -1e30]) {
      expect(Number.isFinite(noise.logLikelihood(vector(clean), vector(3)))).toBe(true);
      expect(noise.gradient(vector(clean), vector(3)).data[0]).toBeCloseTo(0.1 * (1000 * Math.exp(10)), -3);
      const y = noise.sample(vector(clean), keyedRandom(0, '', 0)('bright')).data[0];
      expect(y).toBeCloseTo(-100, 1);
    }
  });
});

describe('poisson-gaussian', () => {
  it('is the sum over all counts', () => {
    // Photons, image units and read-out noise from less than a hundredth of a photon to many photons.
    for (const [gain, sigma] of [
      [0.1, 0.001],
      [0.1, 0.02],
      [0.1, 1],
      [0.01, 0.1],
    ]) {
      const noise = poissonGaussianNoise(gain, sigma);
      for (const clean of [0.02, 0.5, 0.96]) {
        for (const y of [-0.3, 0.1, 0.1501, 0.77, 1.4]) {
          const rate = Math.fround(clean) / gain;
          let sum = 0;
          for (let k = 0; k < 1000; k++) {
            const error = (Math.fround(y) - gain * k) / sigma;
            sum += Math.exp(k * Math.log(rate) - rate - logGamma(k + 1) - 0.5 * error * error);
          }
          const expected = Math.log(sum / (sigma * Math.sqrt(2 * Math.PI)));
          if (!Number.isFinite(expected)) continue; // the plain sum underflows far out
          expect(noise.logLikelihood(vector(clean), vector(y))).toBeCloseTo(expected, 7);
        }
      }
    }
  });

  it('stays finite far from anything likely', () => {
    const noise = poissonGaussianNoise(0.1, 0.001);
    for (const [clean, y] of [
      [0, 1],
      [-1, 0.5],
      [1, -1],
      [0.5, 0.55],
    ]) {
      expect(Number.isFinite(noise.logLikelihood(vector(clean), vector(y)))).toBe(true);
      expect(Number.isFinite(noise.gradient(vector(clean), vector(y)).data[0])).toBe(true);
    }
  });
});

describe('speckle and rician', () => {
  it.each([speckleNoise(4), ricianNoise(0.1)])('take a measured 0, refuse what is negative: %o', (noise) => {
    expect(Number.isFinite(noise.logLikelihood(vector(0), vector(0)))).toBe(true);
    expect(noise.logLikelihood(vector(0.5), vector(-0.01))).toBe(Number.NEGATIVE_INFINITY);
  });

  it('black is drawn as black', () => {
    const random = keyedRandom(0, '', 0)('x');
    expect([...speckleNoise(4).sample(vector(0, -0.1), random).data]).toEqual([0, 0]);
  });
});

describe('salt-pepper', () => {
  const noise = saltPepperNoise(0.3, 0.2, 0.1);
  const density = densityOf(noise, 0.4);
  // The grid's midpoints are neither 0 nor 1, where the masses are.
  const cumulative = cumulativeOf(density, -0.3, 1.1);

  it('has masses at 0 and 1, a density elsewhere, 1 in all', () => {
    expect(density(0)).toBeCloseTo(0.24, 12);
    expect(density(1)).toBeCloseTo(0.06, 12);
    expect(cumulative(1.1)).toBeCloseTo(0.7, 5);
  });

  it('is drawn from them', () => {
    const sample = draw(noise, 0.4);
    const count = (value: number) => sample.reduce((sum, y) => sum + (y === value ? 1 : 0), 0);
    const deviations = (value: number, p: number) =>
      Math.abs(count(value) - DRAWS * p) / Math.sqrt(DRAWS * p * (1 - p));
    expect(deviations(0, 0.24)).toBeLessThan(3.5);
    expect(deviations(1, 0.06)).toBeLessThan(3.5);
    const kept = sample.filter((y) => y !== 0 && y !== 1);
    expect(kolmogorov(kept, (y) => cumulative(y) / 0.7)).toBeLessThan(1.95);
  });
});

describe('log-poisson', () => {
  // At line integral 60 only 2.5 of 1000 photons are expected, and often none arrives.
  it.each([0, 30, 60])('is a probability of counts and drawn from it at line integral %d', (clean) => {
    const [photons, mu] = [1000, 0.1];
    const noise = logPoissonNoise(photons, mu);
    const measured = (count: number) => -Math.log(Math.max(count, 0.5) / photons) / mu;
    const p = (count: number) => densityOf(noise, clean)(measured(count));
    let mass = 0;
    for (let k = 0; k <= 1400; k++) mass += p(k);
    expect(mass).toBeCloseTo(1, 4);
    const counts = new Map<number, number>();
    for (const y of draw(noise, clean)) {
      const count = Math.floor(photons * Math.exp(-mu * y) + 0.01);
      counts.set(count, (counts.get(count) ?? 0) + 1);
    }
    expect(pearson(counts, p, 1400)).toBeLessThan(3.5);
  });
});

describe('the table of noises', () => {
  const examples: Record<string, object> = {
    gaussian: { sigma: 0.1 },
    poisson: { gain: 0.01 },
    'poisson-gaussian': { gain: 0.01, sigma: 0.02 },
    laplace: { scale: 0.05 },
    uniform: { halfWidth: 0.05 },
    'salt-pepper': { fraction: 0.1 },
    speckle: { looks: 4 },
    rician: { sigma: 0.05 },
    'log-poisson': {},
  };

  it('has an example here for each, which gives a finite likelihood of what it draws', () => {
    expect(Object.keys(noises)).toEqual(Object.keys(examples));
    for (const [name, options] of Object.entries(examples)) {
      const noise = noises[name].create({ ...options });
      expect(noise.name).toBe(name);
      const clean = vector(0, 0.1, 0.5, 1);
      const y = noise.sample(clean, keyedRandom(0, 'table', 0)(name));
      expect(Number.isFinite(noise.logLikelihood(clean, y))).toBe(true);
      expect(noise.gradient(clean, y).data.every(Number.isFinite)).toBe(true);
    }
  });

  // The score is 0 on average where the clean value is true, and so is a residual; y − clean of lost pixels is not.
  it.each(
    Object.entries(examples).flatMap(([name, options]) =>
      [0.08, 0.5].map((clean) => ({ name, options, clean })),
    ),
  )(
    'has residuals of $name that point as the score does and have mean zero at $clean',
    ({ name, options, clean }) => {
      const noise = noises[name].create({ ...options });
      const truth = constant(clean);
      const y = noise.sample(truth, keyedRandom(0, 'residuals', 0)(name));
      const [residual, score] = [residualOf(noise, truth, y).data, noise.gradient(truth, y).data];
      const mean = (f: (i: number) => number) => residual.reduce((sum, _, i) => sum + f(i), 0) / DRAWS;
      const power = mean((i) => residual[i] ** 2);
      expect(Math.abs(mean((i) => residual[i])) / Math.sqrt(power / DRAWS)).toBeLessThan(4);
      // Of uniform noise the score is 0 wherever y can be.
      if (name === 'uniform') return;
      const along = mean((i) => residual[i] * score[i]) / Math.sqrt(power * mean((i) => score[i] ** 2));
      expect(along).toBeGreaterThan(name === 'poisson-gaussian' ? 0.99 : 0.99999);
    },
  );

  it('has residuals in the units of the clean value: the score over the information where that does not vanish', () => {
    for (const name of ['gaussian', 'poisson', 'laplace', 'speckle', 'rician', 'log-poisson']) {
      const noise = noises[name].create({ ...examples[name] });
      const truth = constant(0.5);
      const y = noise.sample(truth, keyedRandom(0, 'information', 0)(name));
      const [residual, score] = [residualOf(noise, truth, y).data, noise.gradient(truth, y).data];
      const information = score.reduce((sum, value) => sum + value ** 2, 0) / DRAWS;
      const scale = residual.reduce((sum, value) => sum + Math.abs(value), 0);
      const natural = score.reduce((sum, value) => sum + Math.abs(value), 0) / information;
      expect(Math.abs(scale / natural - 1)).toBeLessThan(0.02);
    }
  });

  it('keeps residuals in a stack and around holes', () => {
    const noise = saltPepperNoise(0.2);
    const [clean, y] = [vector(0.2, 0.3, 0.4), vector(1, 0.5, 0)];
    expect([...observedNoise(noise, Float32Array.of(1, 1, 0)).residual!(clean, y).data]).toEqual([
      0,
      Math.fround(y.data[1] - clean.data[1]),
      0,
    ]);
    const parts = [
      { noise, shape: [2] },
      { noise: gaussianNoise(0.1), shape: [1] },
    ];
    expect([...residualOf(stackNoise(parts), clean, y).data]).toEqual([
      0,
      Math.fround(y.data[1] - clean.data[1]),
      -clean.data[2],
    ]);
  });
});
