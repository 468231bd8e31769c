import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { linearOperatorOf, operatorOf } from '../sound.js';

const odd = floatArray(Float32Array.of(0.1, 0.2, 0.1, 0.3, 0, 0.05, 0.05, 0.15, 0.05), [3, 3]);
const files = { '0.kernel': odd };
const random = keyedRandom(3, 'borders', 0);

/** y[i] = Σ kernel[d]·x[i − d], the sum itself. */
function blurred(x: FloatArray, at: (row: number, column: number) => number): number[] {
  const [, height, width] = x.shape;
  return Array.from({ length: height * width }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 9; k++) {
      sum += odd.data[k] * at(Math.floor(i / width) - Math.floor(k / 3) + 1, (i % width) - (k % 3) + 1);
    }
    return sum;
  });
}

describe('borders', () => {
  const x = random('x').normals([1, 5, 7]);
  const inside = (row: number, column: number) =>
    row >= 0 && row < 5 && column >= 0 && column < 7 ? x.data[row * 7 + column] : 0;
  const expected = blurred(x, inside);

  it('zero: the scene beyond the image is black', async () => {
    const y = await operatorOf('blur:kernel=k.npy,border=zero', [1, 5, 7], files).apply(x);
    expect(y.shape).toEqual([1, 5, 7]);
    for (const [i, value] of expected.entries()) expect(y.data[i]).toBeCloseTo(value, 6);
  });

  it('valid: only what no border touches', async () => {
    const y = await operatorOf('blur:kernel=k.npy,border=valid', [1, 5, 7], files).apply(x);
    expect(y.shape).toEqual([1, 3, 5]);
    for (const [i, value] of y.data.entries()) {
      expect(value).toBeCloseTo(expected[(Math.floor(i / 5) + 1) * 7 + (i % 5) + 1], 6);
    }
  });

  it.each([
    'gaussian-blur:sigma=1',
    'motion-blur:size=7,seed=2',
    'defocus-blur:radius=2.6',
    'blur:kernel=k.npy',
  ])('reflect and zero are the periodic blur of a scene twice as high and wide: %s', async (text) => {
    const scene = (value: (row: number, column: number) => number) =>
      floatArray(
        Float32Array.from({ length: 140 }, (_, i) => value(Math.floor(i / 14), i % 14)),
        [1, 10, 14],
      );
    const mirrored = scene((row, column) => inside(Math.min(row, 9 - row), Math.min(column, 13 - column)));
    for (const [border, whole] of [['reflect', mirrored] as const, ['zero', scene(inside)] as const]) {
      const y = await operatorOf(`${text},border=${border}`, x.shape, files).apply(x);
      const periodic = await operatorOf(`${text},border=circular`, whole.shape, files).apply(whole);
      for (const [i, value] of y.data.entries()) {
        expect(value).toBeCloseTo(periodic.data[14 * Math.floor(i / 7) + (i % 7)], 5);
      }
    }
  });

  it.each([
    ['blur:kernel=k.npy,border=valid', [7, 8]],
    ['gaussian-blur:sigma=1,border=valid', [11, 12]],
    ['gaussian-blur:sigma=1.4,border=valid', [15, 16]],
    ['gaussian-blur:sigma=1,size=5,border=valid', [9, 10]],
    ['motion-blur:size=9,border=valid', [13, 14]],
    ['defocus-blur:radius=1.5,border=valid', [7, 8]],
    ['defocus-blur:radius=1.6,border=valid', [9, 10]],
    ['defocus-blur:radius=1.6,border=zero', [5, 6]],
  ])('the image of a measurement by %s', (text, [height, width]) => {
    const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
    const problem = bind(spec, { measurementShape: [2, 5, 6] }, { files });
    expect(problem.imageShape).toEqual([2, height, width]);
  });

  it('refuses a kernel that is larger than the image where no border is allowed', () => {
    expect(() => operatorOf('gaussian-blur:sigma=2,border=valid', [1, 20, 12])).toThrow(
      'border=valid needs an image of at least 13×13 pixels, the kernel of the blur, but the image is 20×12',
    );
  });
});

describe('defocus-blur', () => {
  const diskOf = async (radius: number, border: string) => {
    const impulse = zeros([1, 25, 25]);
    impulse.data[12 * 25 + 12] = 1;
    const operator = linearOperatorOf(`defocus-blur:radius=${radius},border=${border}`, [1, 25, 25]);
    return (await operator.apply(impulse)).data;
  };

  it.each([0.3, 0.5, 0.6, 2, 3.7, 9.5])(
    'covers of each pixel what a disk of radius %s covers',
    async (radius) => {
      const found = await diskOf(radius, 'circular');
      // The share by counting points of a fine grid; a grid of 200² errs by some 1e-3 of a pixel on the edge.
      const GRID = 200;
      for (const [i, value] of found.entries()) {
        const [top, left] = [Math.floor(i / 25) - 12.5, (i % 25) - 12.5];
        let inside = 0;
        for (let k = 0; k < GRID * GRID; k++) {
          const y = top + (Math.floor(k / GRID) + 0.5) / GRID;
          const x = left + ((k % GRID) + 0.5) / GRID;
          if (x * x + y * y <= radius * radius) inside++;
        }
        const share = inside / GRID ** 2 / (Math.PI * radius ** 2);
        expect(Math.abs(value - share)).toBeLessThan(1.5e-3 / (Math.PI * radius ** 2) + 1e-7);
      }
      expect(found.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    },
  );

  it('is the same disk by cosines as by Fourier', async () => {
    const [circular, mirrored] = [await diskOf(4.2, 'circular'), await diskOf(4.2, 'reflect')];
    for (const [i, value] of circular.entries()) expect(mirrored[i]).toBeCloseTo(value, 6);
  });
});

describe('motion-blur', () => {
  /** What becomes of one point, and its light's mean of functions of the way from there. */
  const lightOf = async (text: string) => {
    const impulse = zeros([1, 15, 15]);
    impulse.data[7 * 15 + 7] = 1;
    const operator = operatorOf(`motion-blur:size=15,border=circular,${text}`, impulse.shape);
    const { data } = await operator.apply(impulse);
    const mean = (value: (right: number, down: number) => number) =>
      data.reduce((sum, share, i) => sum + share * value((i % 15) - 7, Math.floor(i / 15) - 7), 0);
    return { data, mean };
  };
  /** Variances along the widest direction and across it. */
  const variancesOf = async (text: string) => {
    const { mean } = await lightOf(text);
    const [xx, xy, yy] = [mean((x) => x * x), mean((x, y) => x * y), mean((_, y) => y * y)];
    const apart = Math.hypot((xx - yy) / 2, xy);
    return { widest: (xx + yy) / 2 + apart, across: (xx + yy) / 2 - apart };
  };

  it.each([1, 2, 3])('leaves all light about its place, as far as the kernel goes: seed %i', async (seed) => {
    const { data, mean } = await lightOf(`seed=${seed}`);
    expect(Math.min(...data)).toBeGreaterThan(-1e-7);
    expect(mean(() => 1)).toBeCloseTo(1, 5);
    expect(mean((x) => x)).toBeCloseTo(0, 4);
    expect(mean((_, y) => y)).toBeCloseTo(0, 4);
    // The farthest point lies half a pixel inside, so that it lights the outermost pixels too.
    expect(mean((x, y) => (Math.max(Math.abs(x), Math.abs(y)) === 7 ? 1 : 0))).toBeGreaterThan(1e-4);
  });

  it('is a straight line without intensity, and none with', async () => {
    for (const seed of [1, 2, 3]) {
      const line = await variancesOf(`intensity=0,seed=${seed}`);
      // Bilinear weights have a variance of at most ¼ each way; a line of 13 pixels across or down has 13²/12.
      expect(line.across).toBeLessThan(0.25);
      expect(line.widest).toBeGreaterThan(13 ** 2 / 12);
      expect((await variancesOf(`intensity=1,seed=${seed}`)).across).toBeGreaterThan(1);
    }
  });
});
