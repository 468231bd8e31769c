import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { simulatedArray } from '../../../problems/waves/telescopes.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { operatorOf } from '../sound.js';

agreesWithFixtures('interferometry', 1);

const random = keyedRandom(7, 'waves', 0);

const uniforms = (shape: readonly number[]) => {
  const stream = random('uniforms', ...shape);
  return mapArray(stream.normals(shape), () => stream.uniform());
};

const imageOf = (text: string, measurementShape: number[], files?: Record<string, FloatArray>) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { files, channels: 3 }).imageShape;
};

const array = { stations: 5, times: 3, hours: 6, declination: 30, longest: 4, seed: 2 };

const small = 'stations=5,times=3,longest=3';

describe('interferometry', () => {
  const points = floatArray(Float32Array.of(0, 0, 1, 0, 0, 1, -2.25, 0.5, 3, 7.5), [5, 2]);

  it.each([
    [8, 6],
    [5, 9],
    [7, 7],
  ])('is the Fourier sum at the points of a file on %i×%i', async (height, width) => {
    const x = uniforms([1, height, width]);
    const { data } = await operatorOf('interferometry:points=p.npy', x.shape, { '0.points': points }).apply(
      x,
    );
    for (let k = 0; k < 5; k++) {
      let [re, im] = [0, 0];
      for (const [i, value] of x.data.entries()) {
        const across = (i % width) - Math.floor(width / 2);
        const down = Math.floor(i / width) - Math.floor(height / 2);
        const cycles =
          (points.data[2 * k] * across + points.data[2 * k + 1] * down) / Math.max(height, width);
        re += (value * Math.cos(2 * Math.PI * cycles)) / (height * width);
        im -= (value * Math.sin(2 * Math.PI * cycles)) / (height * width);
      }
      expect(Math.abs(data[2 * k] - re)).toBeLessThan(5e-8);
      expect(Math.abs(data[2 * k + 1] - im)).toBeLessThan(5e-8);
    }
  });

  it('measures every pair at every time, the longest baseline as told', () => {
    const { u, v, first, second } = simulatedArray(array);
    expect(u).toHaveLength(30);
    expect(Math.max(...u.map((value, k) => Math.hypot(value, v[k])))).toBeCloseTo(4, 12);
    expect(first.every((station, k) => station < second[k])).toBe(true);
    // Baselines of a triangle close at every time.
    for (let time = 0; time < 3; time++) {
      const at = (a: number, b: number) =>
        first.findIndex((station, k) => k >= 10 * time && station === a && second[k] === b);
      for (const values of [u, v]) {
        expect(values[at(0, 1)] + values[at(1, 2)]).toBeCloseTo(values[at(0, 2)], 12);
      }
    }
  });

  it('needs the size of the image to restore, and knows what it measures', () => {
    expect(imageOf(`interferometry:${small},size=12x10`, [30, 2])).toEqual([3, 12, 10]);
    expect(() => imageOf(`interferometry:${small}`, [30, 2])).toThrow(
      'interferometry needs size=HxW, for its measurement does not tell how large the image is',
    );
    expect(() => imageOf(`interferometry:${small},size=12x10`, [31, 2])).toThrow(
      'interferometry measures 30 complex numbers, but the measurement is 31 (complex)',
    );
    expect(() => operatorOf(`interferometry:${small}`, [3, 8, 8])).toThrow(
      'interferometry works on images of 1 channel, but the image is 3×8×8; colorize+interferometry measures luminance',
    );
    expect(() => operatorOf('interferometry:points=p.npy', [1, 8, 8])).toThrow('has not been read');
    const three = { '0.points': uniforms([4, 3]) };
    expect(() => operatorOf('interferometry:points=p.npy', [1, 8, 8], three)).toThrow(
      'interferometry:points is 4×3, expected finite values of shape points×2',
    );
  });
});
