/** The noises that are not Gaussian given the image, beside Poisson's: each density, sampler and gradient. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { stackNoise } from '../../problems/algebra/stack.js';
import { noises, parseProblem } from '../../problems/index.js';
import { type NoiseModel, residualOf } from '../../problems/noise.js';
import { gaussianNoise } from '../../problems/noises/gaussian.js';
import { laplaceNoise } from '../../problems/noises/laplace.js';
import { poissonGaussianNoise } from '../../problems/noises/poisson-gaussian.js';
import { ricianNoise } from '../../problems/noises/rician.js';
import { saltPepperNoise } from '../../problems/noises/salt-pepper.js';
import { speckleNoise } from '../../problems/noises/speckle.js';
import { uniformNoise } from '../../problems/noises/uniform.js';
import { observedNoise } from '../../problems/observed.js';
import { operators } from '../../problems/tables.js';
import { type FloatArray, floatArray, sizeOf } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { constant, cumulativeOf, DRAWS, densityOf, kolmogorov, vector } from './noises/noise-checks.js';
import { expectSound, operatorOf } from './sound.js';

/** Values between 0.1 and 0.9. */
const values = (shape: number[]) =>
  floatArray(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => 0.5 + 0.4 * Math.sin(1.7 * i)),
    shape,
  );

/** Of [n, height, width]: in every place or for every kernel (`axis`) the sum is 1. */
function summingToOne(shape: [number, number, number], axis: 'kernel' | 'place'): FloatArray {
  const array = values(shape);
  const plane = shape[1] * shape[2];
  const members = (i: number) =>
    axis === 'kernel'
      ? Array.from({ length: plane }, (_, k) => i * plane + k)
      : Array.from({ length: shape[0] }, (_, k) => k * plane + i);
  for (let i = 0; i < (axis === 'kernel' ? shape[0] : plane); i++) {
    const places = members(i);
    const total = places.reduce((sum, place) => sum + array.data[place], 0);
    for (const place of places) array.data[place] /= total;
  }
  return array;
}

interface Example {
  readonly text: string;
  readonly shapes: readonly number[][];
  readonly files?: Readonly<Record<string, FloatArray>>;
}

const anySize = [
  [3, 12, 8],
  [1, 9, 15],
];

const even = [
  [3, 12, 8],
  [1, 16, 6],
];

const powers = [
  [3, 8, 4],
  [1, 16, 16],
];

const examples: Readonly<Record<string, Example>> = {
  denoise: { text: 'denoise', shapes: anySize },
  inpaint: { text: 'inpaint:fraction=0.6,seed=2', shapes: anySize },
  'gaussian-blur': { text: 'gaussian-blur:sigma=1.1,border=reflect', shapes: anySize },
  'motion-blur': { text: 'motion-blur:size=7,seed=3,border=reflect', shapes: anySize },
  'defocus-blur': { text: 'defocus-blur:radius=2,border=reflect', shapes: anySize },
  blur: {
    text: 'blur:kernel=k.npy,normalize,border=reflect',
    shapes: anySize,
    files: { '0.kernel': values([3, 5]) },
  },
  'space-varying-blur': {
    text: 'space-varying-blur:kernels=k.npy,weights=w.npy,border=reflect',
    shapes: [[2, 9, 15]],
    files: { '0.kernels': summingToOne([2, 3, 5], 'kernel'), '0.weights': summingToOne([2, 9, 15], 'place') },
  },
  downsample: { text: 'downsample:factor=2', shapes: even },
  colorize: { text: 'colorize', shapes: [[3, 7, 6]] },
  demosaic: { text: 'demosaic', shapes: [[3, 9, 8]] },
  jpeg: {
    text: 'jpeg:quality=40',
    shapes: [
      [3, 17, 24],
      [1, 9, 8],
    ],
  },
  quantize: { text: 'quantize:bits=3', shapes: anySize },
  clip: { text: 'clip', shapes: anySize },
  haze: {
    text: 'haze:transmission=t.npy,airlight=0.8',
    shapes: [[3, 9, 8]],
    files: { '0.transmission': values([9, 8]) },
  },
  'low-light': { text: 'low-light', shapes: anySize },
  satellite: { text: 'satellite:factor=2', shapes: even },
  'random-projection': { text: 'random-projection:fraction=0.3', shapes: anySize },
  hadamard: { text: 'hadamard:fraction=0.4', shapes: powers },
  'single-pixel': { text: 'single-pixel:fraction=0.4', shapes: powers },
  mri: { text: 'mri:coils=3', shapes: [[1, 12, 9]] },
  ct: { text: 'ct:angles=7', shapes: anySize },
  emission: { text: 'emission:angles=6,background=0.1', shapes: anySize },
  interferometry: { text: 'interferometry', shapes: [[1, 12, 9]] },
  'closure-phases': { text: 'closure-phases', shapes: [[1, 12, 9]] },
  scattering: { text: 'scattering', shapes: [[1, 12, 9]] },
  pansharpen: { text: 'pansharpen', shapes: [[3, 12, 8]] },
  unmixing: {
    text: 'unmixing:endmembers=e.npy',
    shapes: [[3, 5, 4]],
    files: { '0.endmembers': values([7, 3]) },
  },
  'phase-retrieval': { text: 'phase-retrieval', shapes: [[1, 8, 6]] },
  'coded-diffraction': { text: 'coded-diffraction', shapes: [[1, 8, 6]] },
  ptychography: { text: 'ptychography:radius=3,step=4', shapes: [[1, 13, 10]] },
};

/** Operators that are files; their examples are in own.test.ts and tensorflow.test.ts. */
const fromFiles = ['module', 'onnx', 'tensorflow'];

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
    // `correlated` is one of whole images: noises/correlated.test.ts.
    expect(Object.keys(noises).filter((name) => name !== 'correlated')).toEqual(Object.keys(examples));
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

describe('every operator', () => {
  it('has an example here and a place in the speed benchmark', async () => {
    const names = Object.keys(operators).filter((name) => !fromFiles.includes(name));
    expect(Object.keys(examples).sort()).toEqual([...names].sort());
    for (const [name, { text }] of Object.entries(examples))
      expect(parseProblem(text).operators[0].name).toBe(name);
    const path = new URL('../../samples/benchmarks/operators.json', import.meta.url);
    const { tasks } = JSON.parse(await readFile(path, 'utf8')) as { tasks: { problem: string }[] };
    const timed = new Set(tasks.map(({ problem }) => parseProblem(problem).operators[0].name));
    expect([...timed].sort()).toEqual([...names].sort());
  });

  const cases = Object.values(examples).flatMap(({ text, shapes, files }) =>
    shapes.map((shape) => ({ text, shape, files })),
  );
  it.each(cases)('$text on $shape', async ({ text, shape, files }) => {
    await expectSound(operatorOf(text, shape, files));
  });

  it.each(cases)('$text on $shape depends on its options and size alone', async ({ text, shape, files }) => {
    const x = values(shape);
    const [first, second] = [operatorOf(text, shape, files), operatorOf(text, shape, files)];
    expect((await second.apply(x)).data).toEqual((await first.apply(x)).data);
  });

  const pixelwise = cases.filter(({ text, shape, files }) => operatorOf(text, shape, files).pixelwise);

  it('that measures pixels one by one says so', () => {
    const names = new Set(pixelwise.map(({ text }) => parseProblem(text).operators[0].name));
    expect([...names]).toEqual(['denoise', 'inpaint', 'quantize', 'clip', 'haze', 'low-light']);
  });

  const undone = cases.filter(({ text, shape, files }) => operatorOf(text, shape, files).undo);

  it('that is undone pixel by pixel says so', () => {
    const names = new Set(undone.map(({ text }) => parseProblem(text).operators[0].name));
    expect([...names]).toEqual(['denoise', 'colorize', 'haze', 'low-light']);
  });

  it.each(undone)('$text on $shape is undone', async ({ text, shape, files }) => {
    const { undo, luminance, apply } = operatorOf(text, shape, files);
    const x = values(shape);
    const expected = luminance ? await apply(x) : x;
    const found = undo!.invert(await apply(x));
    expect(undo!.grey ?? false).toBe(luminance ?? false);
    for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 4);
  });

  it.each(pixelwise)('$text on $shape keeps pixels apart', async ({ text, shape, files }) => {
    const operator = operatorOf(text, shape, files);
    const x = values(shape);
    const before = await operator.apply(x);
    const place = Math.floor(x.size / 2);
    x.data[place] += 0.3;
    const after = (await operator.apply(x)).data;
    expect([...after.keys()].filter((i) => i !== place && after[i] !== before.data[i])).toEqual([]);
  });
});
