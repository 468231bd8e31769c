/** Interferometry, closure quantities and scattering: all of them Fourier sums at scattered frequencies. */
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { simulatedArray } from '../../../problems/waves/telescopes.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { linearOperatorOf, operatorOf } from '../sound.js';

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

describe('closure-phases', () => {
  const shape = [1, 9, 8];
  const x = uniforms(shape);
  const visibilities = async (text: string) => {
    const { data } = await linearOperatorOf(`interferometry:${text}`, shape).apply(x);
    return { data, phase: (k: number) => Math.atan2(data[2 * k + 1], data[2 * k]) };
  };

  it('are sums of the phases and log amplitudes of the visibilities', async () => {
    const text = 'stations=4,times=1,longest=2';
    const { data, phase } = await visibilities(text);
    const amplitude = (k: number) => Math.hypot(data[2 * k], data[2 * k + 1]);
    // Baselines 01, 02, 03, 12, 13, 23.
    const angles = [
      phase(0) + phase(3) - phase(1),
      phase(0) + phase(4) - phase(2),
      phase(1) + phase(5) - phase(2),
    ];
    const found = (await operatorOf(`closure-phases:${text},form=angle`, shape).apply(x)).data;
    expect(found).toHaveLength(5);
    for (const [t, angle] of angles.entries()) {
      expect(found[t]).toBeCloseTo(Math.atan2(Math.sin(angle), Math.cos(angle)), 4);
    }
    // Stations 0 and 2, then 1 and 3, opposite in the circle 0 1 2 3.
    expect(found[3]).toBeCloseTo(Math.log((amplitude(1) * amplitude(4)) / (amplitude(2) * amplitude(3))), 4);
    expect(found[4]).toBeCloseTo(Math.log((amplitude(4) * amplitude(1)) / (amplitude(0) * amplitude(5))), 4);
    const phasors = (await operatorOf(`closure-phases:${text}`, shape).apply(x)).data;
    for (const [t, angle] of angles.entries()) {
      expect(phasors[2 * t]).toBeCloseTo(Math.cos(angle), 4);
      expect(phasors[2 * t + 1]).toBeCloseTo(Math.sin(angle), 4);
    }
  });

  it('as angles are those of the phasors, within half a turn', async () => {
    const of = async (form: string) =>
      (await operatorOf(`closure-phases:${small},quantities=phases,form=${form}`, shape).apply(x)).data;
    const [angles, phasors] = [await of('angle'), await of('phasor')];
    expect(angles).toHaveLength(18);
    for (const [t, angle] of angles.entries()) {
      expect(angle).toBeCloseTo(Math.atan2(phasors[2 * t + 1], phasors[2 * t]), 5);
    }
  });

  it('do not see brightness and place', async () => {
    const { apply } = operatorOf(`closure-phases:${small}`, shape);
    const spot = mapArray(x, (value, i) => (Math.floor(i / 8) > 1 && i % 8 > 0 ? 0.4 * value : 0));
    const moved = mapArray(spot, (_, i) => 2 * (spot.data[i + 17] ?? 0));
    const [before, after] = [await apply(spot), await apply(moved)];
    for (const [i, value] of before.data.entries()) expect(after.data[i]).toBeCloseTo(value, 4);
  });

  it('are finite where nothing shines', async () => {
    const operator = operatorOf(`closure-phases:${small}`, shape);
    const dark = mapArray(x, () => 0);
    const { value, pullback } = await operator.linearize(dark);
    const back = await pullback(mapArray(value, () => 1));
    expect([...value.data, ...back.data].every(Number.isFinite)).toBe(true);
  });

  it('take baselines from a file, whichever way round', async () => {
    const { time, first, second, u, v } = simulatedArray({
      ...array,
      longest: 3,
      seed: 0,
      hours: 8,
      declination: 12,
    });
    const rows = Array.from(time, (at, k) =>
      k % 2 ? [at + 0.5, first[k], second[k], u[k], v[k]] : [at + 0.5, second[k], first[k], -u[k], -v[k]],
    );
    const file = { '0.baselines': floatArray(Float32Array.from(rows.flat()), [30, 5]) };
    const found = await operatorOf('closure-phases:baselines=b.npy', shape, file).apply(x);
    const expected = await operatorOf(`closure-phases:${small}`, shape).apply(x);
    expect(found.shape).toEqual(expected.shape);
    for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 3);
    const flat = { '0.baselines': uniforms([5]) };
    expect(() => operatorOf('closure-phases:baselines=b.npy', shape, flat)).toThrow(
      'closure-phases:baselines is 5, expected finite values of shape baselines×5',
    );
  });

  it('says where there are none', () => {
    expect(() => operatorOf('closure-phases:stations=3,quantities=amplitudes', shape)).toThrow(
      'closure-phases:quantities=amplitudes finds none among 36 baselines; phases need 3 stations at a time, amplitudes 4',
    );
    expect(imageOf('closure-phases:size=12x10', [744])).toEqual([3, 12, 10]);
  });
});
