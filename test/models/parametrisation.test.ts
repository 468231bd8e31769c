/** Networks of every parametrisation, made from one exact denoiser, must all give that denoiser back. */
import { describe, expect, test } from 'vitest';
import { type DiffusionCard, diffusionCard } from '../../models/card.js';
import { GaussianMixture } from '../../models/mixture.js';
import { precondition } from '../../models/parametrisation.js';
import { alphasCumprod, noiseSchedule } from '../../models/schedule.js';

/** In the network's units. */
const R1 = new GaussianMixture([
  { weight: 0.5, mean: [-2, 0], covariance: [0.5, 0.2, 0.2, 0.3] },
  { weight: 0.3, mean: [2, 1.5], covariance: [0.4, 0, 0, 0.6] },
  { weight: 0.2, mean: [0, -2], covariance: [0.3, -0.1, -0.1, 0.2] },
]);

const LINEAR = { kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 } as const;
const SIGMA_DATA = 0.5;

function card(
  fields: Pick<DiffusionCard, 'parametrisation' | 'schedule' | 'valueRange'> & Partial<DiffusionCard>,
) {
  return diffusionCard.parse({
    format: 1,
    kind: 'diffusion',
    name: 'test',
    summary: '',
    model: { path: 'm.onnx', sha256: '0'.repeat(64) },
    inputs: { image: 'x', time: 't' },
    outputs: { image: 'y' },
    channels: 1,
    time: { form: 'sigma' },
    sigmaRange: [0.01, 100],
    sizeMultiple: 1,
    data: '',
    licence: '',
    training: '',
    scores: [],
    ...fields,
  });
}

/** x_t = a x0 + s n on each schedule, written out here anew. */
const SIGNAL: Record<string, (sigma: number) => number> = {
  vp: (sigma) => 1 / Math.sqrt(1 + sigma * sigma),
  ve: () => 1,
  edm: () => 1,
  flow: (sigma) => 1 - sigma / (1 + sigma),
};

/** What an ideal network of each parametrisation answers when fed, as its training defines it. */
function idealNetwork(parametrisation: string, kind: string, fed: number[], sigma: number): number[] {
  const a = SIGNAL[kind](sigma);
  const s = a * sigma;
  if (parametrisation === 'edm') {
    const x = fed.map((value) => value * Math.sqrt(sigma ** 2 + SIGMA_DATA ** 2));
    const D = R1.denoise(x, sigma).value;
    const skip = SIGMA_DATA ** 2 / (sigma ** 2 + SIGMA_DATA ** 2);
    const out = (sigma * SIGMA_DATA) / Math.sqrt(sigma ** 2 + SIGMA_DATA ** 2);
    return x.map((value, i) => (D[i] - skip * value) / out);
  }
  const D = R1.denoise(
    fed.map((value) => value / a),
    sigma,
  ).value;
  const noise = fed.map((value, i) => (value - a * D[i]) / s);
  switch (parametrisation) {
    case 'epsilon':
      return noise;
    case 'x0':
      return [...D];
    case 'v':
      return noise.map((value, i) => a * value - s * D[i]);
    case 'score':
      return noise.map((value) => -value / s);
    default:
      return noise.map((value, i) => value - D[i]);
  }
}

describe.each([
  ['epsilon', { kind: 'vp', table: LINEAR }],
  ['x0', { kind: 'vp', table: LINEAR }],
  ['v', { kind: 'vp', table: LINEAR }],
  ['score', { kind: 'vp', table: LINEAR }],
  ['epsilon', { kind: 've' }],
  ['x0', { kind: 've' }],
  ['score', { kind: 've' }],
  ['edm', { kind: 'edm', sigmaData: SIGMA_DATA }],
  ['flow', { kind: 'flow' }],
  ['x0', { kind: 'flow' }],
] as const)('%s under %o', (parametrisation, schedule) => {
  test.each([
    [-1, 1],
    [0, 1],
    [0, 255],
  ] as const)('with values %d to %d gives the exact denoiser and its derivative', (black, white) => {
    const description = card({ parametrisation, schedule, valueRange: [black, white] });
    const range = white - black;
    for (const sigma of [0.05, 0.75, 6]) {
      const p = precondition(description, noiseSchedule(description.schedule), sigma / range);
      const network = (x: number[]) =>
        idealNetwork(
          parametrisation,
          schedule.kind,
          x.map((value) => p.inputScale * value + p.inputShift),
          sigma,
        );
      const D = (x: number[]) =>
        network(x).map((value, i) => p.skip * x[i] + p.shift + p.outputScale * value);

      const inUnits = [0.375, -0.875];
      const x = inUnits.map((value) => (value - black) / range);
      const exact = R1.denoise(inUnits, sigma);
      const expected = exact.value.map((value) => (value - black) / range);
      D(x).forEach((value, i) => {
        expect(Math.abs(value - expected[i])).toBeLessThan(1e-10);
      });

      // ∂D in both units is the same, since both sides are scaled alike.
      const h = 1e-5;
      const up = D([x[0] + h / range, x[1]]);
      const down = D([x[0] - h / range, x[1]]);
      const column = exact.pullback([1, 0]);
      up.forEach((value, i) => {
        expect(((value - down[i]) * range) / (2 * h)).toBeCloseTo(column[i], 6);
      });
    }
  });
});

test('the golden point: x_t = (.3, −.7) at a = .8, s = .6', () => {
  const golden = {
    epsilon: [0.53111582, 0.73706887],
    v: [0.43889477, 1.44633609],
    score: [-0.88519303, -1.22844812],
  };
  for (const [parametrisation, F] of Object.entries(golden) as ['epsilon' | 'v' | 'score', number[]][]) {
    const description = card({
      parametrisation,
      schedule: { kind: 'vp', table: LINEAR },
      valueRange: [0, 1],
    });
    const p = precondition(description, noiseSchedule(description.schedule), 0.75);
    expect(p.inputScale).toBeCloseTo(0.8, 14);
    const x = [0.3 / 0.8, -0.7 / 0.8];
    const D = F.map((value, i) => p.skip * x[i] + p.shift + p.outputScale * value);
    expect(Math.abs(D[0] + 0.02333686)).toBeLessThan(1e-8);
    expect(Math.abs(D[1] + 1.42780166)).toBeLessThan(1e-8);
  }
});

describe('what the network is told of the noise level', () => {
  const timeOf = (fields: Parameters<typeof card>[0], sigma: number) => {
    const description = card(fields);
    return precondition(description, noiseSchedule(description.schedule), sigma).time;
  };
  const base = { parametrisation: 'x0', valueRange: [0, 1] } as const;

  test('the step of a table, between two steps on a line in ln σ', () => {
    const table = { kind: 'vp', table: LINEAR } as const;
    const sigmas = alphasCumprod(LINEAR).map((alpha) => Math.sqrt((1 - alpha) / alpha));
    const at = (sigma: number) =>
      timeOf({ ...base, schedule: table, time: { form: 'index', scale: 1 } }, sigma);
    for (const step of [0, 1, 17, 500, 998, 999]) expect(at(sigmas[step])).toBeCloseTo(step, 9);
    expect(at(Math.sqrt(sigmas[500] * sigmas[501]))).toBeCloseTo(500.5, 9);
    expect(at(1e-6)).toBe(0);
    expect(at(1e6)).toBe(999);
  });

  test('σ in the network’s own units, or a quarter of its logarithm', () => {
    const fields = { parametrisation: 'x0', valueRange: [-1, 1], schedule: { kind: 've' } } as const;
    expect(timeOf({ ...fields, time: { form: 'sigma', scale: 1 } }, 0.3)).toBeCloseTo(0.6, 14);
    expect(timeOf({ ...fields, time: { form: 'quarter-log-sigma', scale: 1 } }, 0.3)).toBeCloseTo(
      Math.log(0.6) / 4,
      14,
    );
  });

  test('t of a flow, also in thousandths', () => {
    const schedule = { kind: 'flow' } as const;
    expect(timeOf({ ...base, schedule, time: { form: 't', scale: 1 } }, 3)).toBeCloseTo(0.75, 14);
    expect(timeOf({ ...base, schedule, time: { form: 't', scale: 1000 } }, 3)).toBeCloseTo(750, 11);
  });

  test('t of the variance-preserving SDE inverts its own σ(t)', () => {
    const schedule = { kind: 'vp-continuous', betaMin: 0.1, betaMax: 20 } as const;
    for (const t of [1e-4, 0.01, 0.3, 1]) {
      const sigma = Math.sqrt(Math.expm1(0.5 * 19.9 * t * t + 0.1 * t));
      expect(timeOf({ ...base, schedule, time: { form: 't', scale: 1 } }, sigma)).toBeCloseTo(t, 12);
    }
  });
});

/** Values of diffusers' DDPMScheduler, and of the papers where they state some. */
describe('tables', () => {
  test('linear and scaled linear begin and end as they say', () => {
    const linear = alphasCumprod(LINEAR);
    expect(linear[0]).toBeCloseTo(1 - 1e-4, 12);
    expect(linear[999] / linear[998]).toBeCloseTo(1 - 0.02, 12);
    // Ho et al. 2020, §4: the prior's signal is of order 1e-5.
    expect(linear[999]).toBeCloseTo(4.0358e-5, 8);
    const scaled = alphasCumprod({ kind: 'scaled-linear', first: 8.5e-4, last: 0.012, steps: 1000 });
    expect(scaled[0]).toBeCloseTo(1 - 8.5e-4, 12);
    expect(scaled[999] / scaled[998]).toBeCloseTo(1 - 0.012, 12);
    // Stable Diffusion's largest noise level, 14.6146.
    expect(Math.sqrt((1 - scaled[999]) / scaled[999])).toBeCloseTo(14.6146, 3);
  });

  test('squared cosine follows its closed form until β is capped', () => {
    const table = alphasCumprod({ kind: 'squared-cosine', steps: 1000 });
    const f = (u: number) => Math.cos((((u + 0.008) / 1.008) * Math.PI) / 2) ** 2;
    for (const t of [0, 10, 500, 900]) expect(table[t]).toBeCloseTo(f((t + 1) / 1000) / f(0), 12);
    expect(1 - table[999] / table[998]).toBeCloseTo(0.999, 12);
  });

  test('given betas and given products are taken as they are', () => {
    expect(alphasCumprod({ kind: 'betas', values: [0.1, 0.5] })).toEqual([0.9, 0.45]);
    expect(alphasCumprod({ kind: 'alphas', values: [0.9, 0.45] })).toEqual([0.9, 0.45]);
  });
});

test('a card that asks for what does not exist is refused', () => {
  const ve = { kind: 've' } as const;
  expect(() => card({ parametrisation: 'v', schedule: ve, valueRange: [0, 1] })).toThrow(
    'vp or vp-continuous',
  );
  expect(() => card({ parametrisation: 'edm', schedule: ve, valueRange: [0, 1] })).toThrow('edm');
  expect(() =>
    card({ parametrisation: 'x0', schedule: ve, valueRange: [0, 1], time: { form: 'index', scale: 1 } }),
  ).toThrow('no \\"index\\"');
  expect(() => card({ parametrisation: 'x0', schedule: ve, valueRange: [1, -1] })).toThrow('black');
});
