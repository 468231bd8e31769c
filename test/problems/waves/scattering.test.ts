import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { operatorOf } from '../sound.js';

const random = keyedRandom(7, 'waves', 0);

const uniforms = (shape: readonly number[]) => {
  const stream = random('uniforms', ...shape);
  return mapArray(stream.normals(shape), () => stream.uniform());
};

const imageOf = (text: string, measurementShape: number[], files?: Record<string, FloatArray>) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }, { files, channels: 3 }).imageShape;
};

describe('scattering', () => {
  it('of a Gaussian is a Gaussian of the momentum transfer', async () => {
    const [size, width] = [32, 2.5];
    const x = floatArray(
      Float32Array.from({ length: size * size }, (_, i) => {
        const [down, across] = [Math.floor(i / size) - size / 2, (i % size) - size / 2];
        return Math.exp(-(down ** 2 + across ** 2) / (2 * width ** 2));
      }),
      [1, size, size],
    );
    const [transmitters, receivers, wavelength] = [6, 9, 0.3];
    const text = `scattering:transmitters=${transmitters},receivers=${receivers},wavelength=${wavelength}`;
    const y = await operatorOf(text, x.shape).apply(x);
    expect(y.shape).toEqual([6, 9, 2]);
    for (let k = 0; k < transmitters * receivers; k++) {
      const turn = 2 * Math.PI * ((k % receivers) / receivers - Math.floor(k / receivers) / transmitters);
      const transfer = (2 * Math.sin(turn / 2)) / (wavelength * size);
      const expected =
        ((2 * Math.PI * width ** 2) / size ** 2) * Math.exp(-2 * (Math.PI * width * transfer) ** 2);
      expect(Math.abs(y.data[2 * k] - expected)).toBeLessThan(3e-8);
      expect(Math.abs(y.data[2 * k + 1])).toBeLessThan(3e-8);
    }
  });

  it('is reciprocal: sender and receiver may change places', async () => {
    const x = uniforms([1, 7, 10]);
    const { data } = await operatorOf('scattering:transmitters=8,receivers=8', x.shape).apply(x);
    for (let sent = 0; sent < 8; sent++) {
      for (let recorded = 0; recorded < 8; recorded++) {
        const other = ((recorded + 4) % 8) * 8 + ((sent + 4) % 8);
        for (const part of [0, 1]) {
          expect(data[2 * (8 * sent + recorded) + part]).toBeCloseTo(data[2 * other + part], 7);
        }
      }
    }
  });

  it('needs the size of the image to restore', () => {
    expect(imageOf('scattering:size=12x10', [20, 40, 2])).toEqual([3, 12, 10]);
    expect(() => imageOf('scattering:size=12x10', [20, 41, 2])).toThrow(
      'scattering measures 20×40 complex numbers, but the measurement is 20×41×2',
    );
  });
});
