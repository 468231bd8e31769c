/** Every operator in the table has an example here that passes its own check: one cannot be added without. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseProblem } from '../../problems/index.js';
import { randomOrder, randomSigns, randomSubset } from '../../problems/parts/selection.js';
import { operators } from '../../problems/tables.js';
import { type FloatArray, floatArray, sizeOf } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
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

describe('random choices are the same in every version', () => {
  const random = keyedRandom(7, 'golden', 0);

  it('whole numbers, subsets, orders and signs', () => {
    const stream = random('words');
    expect(Array.from({ length: 5 }, () => stream.uint32())).toEqual([
      2782320815, 226412652, 2122725713, 233008881, 645462559,
    ]);
    expect([...randomSubset(6, 20, random('subset'))]).toEqual([4, 9, 12, 13, 17, 18]);
    expect([...randomOrder(10, random('order'))]).toEqual([9, 6, 4, 2, 3, 8, 0, 7, 5, 1]);
    expect([...randomSigns(12, random('signs'))]).toEqual([1, -1, -1, -1, 1, -1, 1, 1, -1, 1, -1, 1]);
  });

  it.each([
    ['inpaint:fraction=0.5,seed=3', [1, 4, 6], '010111010110101000011010'],
    ['mri:seed=1,acs=2', [1, 1, 24], '000011000011000000001111110000110000000000000000'],
    ['mri:seed=1,acs=2,pattern=equispaced', [1, 1, 24], '000000001100000000110011110000000011000000001100'],
  ])('the holes of %s', (text, shape, mask) => {
    expect(operatorOf(text, shape).observed!.join('')).toBe(mask);
  });

  it('rows and signs of hadamard, phases of coded-diffraction, paths of motion-blur, telescopes', async () => {
    const ramp = floatArray(
      Float32Array.from({ length: 16 }, (_, i) => i),
      [1, 4, 4],
    );
    const at = async (text: string) =>
      [...(await operatorOf(text, [1, 4, 4]).apply(ramp)).data].map((value) => Number(value.toFixed(3)));
    expect({
      hadamard: await at('hadamard:fraction=0.3,seed=5'),
      masks: (await at('coded-diffraction:masks=1,seed=5')).slice(0, 4),
      structured: await at('random-projection:fraction=0.2,matrix=structured,seed=5'),
      gaussian: await at('random-projection:fraction=0.2,matrix=gaussian,seed=5'),
      motion: (await at('motion-blur:size=5,seed=5,border=reflect')).slice(0, 4),
      telescopes: await at('interferometry:stations=2,times=2,longest=2,seed=5'),
    }).toEqual({
      hadamard: [30, -1, 2.5, -10, 10.5],
      masks: [1.49, 11.86, 12.863, 9.382],
      structured: [-5.774, 15.011, -17.321],
      gaussian: [-17.323, -7.947, -18.293],
      motion: [1.642, 2.301, 3.271, 3.93],
      telescopes: [0.542, -0.065, -0.317, -1.205],
    });
  });
});
