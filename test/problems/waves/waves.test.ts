/** Interferometry, closure quantities and scattering: all of them Fourier sums at scattered frequencies. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type Closure, quadrangles, triangles } from '../../../problems/waves/closure-sets.js';
import { type Baselines, simulatedArray } from '../../../problems/waves/telescopes.js';
import { type FloatArray, floatArray, mapArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { symmetricEigen } from '../../../src/core/symmetric-eigen.js';
import { dot } from '../../../src/core/vector.js';
import { expectSound, linearOperatorOf, operatorOf } from '../sound.js';

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

describe('every one is sound', () => {
  it.each([
    [`interferometry:${small}`, [1, 8, 6]],
    [`interferometry:${small}`, [1, 7, 9]],
    ['interferometry:stations=2,times=1', [1, 1, 5]],
    [`colorize+interferometry:${small}`, [3, 6, 5]],
    [`closure-phases:${small}`, [1, 8, 6]],
    [`closure-phases:${small},form=angle`, [1, 7, 9]],
    [`closure-phases:${small},quantities=amplitudes`, [1, 6, 6]],
    [`closure-phases:${small},quantities=phases,size=5x7`, [1, 5, 7]],
    [`gaussian-blur:sigma=1,border=reflect+closure-phases:${small}`, [1, 8, 8]],
    ['scattering:transmitters=5,receivers=4', [1, 8, 6]],
    ['scattering:transmitters=1,receivers=7,wavelength=0.6', [1, 5, 9]],
  ])('%s on %j', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('whatever the options and sizes', async () => {
    const size = fc.integer({ min: 1, max: 12 });
    const given = fc.record({
      stations: fc.integer({ min: 2, max: 5 }),
      times: fc.integer({ min: 1, max: 4 }),
      hours: fc.double({ min: 0, max: 24, noNaN: true }),
      declination: fc.double({ min: -90, max: 90, noNaN: true }),
      longest: fc.double({ min: 0.01, max: 40, noNaN: true }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(given, size, size, async (chosen, height, width) => {
        const text = Object.entries(chosen).map(([key, value]) => `${key}=${value}`);
        await expectSound(operatorOf(`interferometry:${text.join(',')}`, [1, height, width]));
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});

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

  it('moves on ellipses: u² + ((v − v₀)/sin δ)² stays', () => {
    const { u, v } = simulatedArray({ ...array, stations: 2, times: 24, hours: 23 });
    const sine = Math.sin(Math.PI / 6);
    const centre = v.reduce((sum, value) => sum + value, 0) / 24;
    const radii = Array.from(u, (value, k) => Math.hypot(value, (v[k] - centre) / sine));
    for (const radius of radii) expect(radius).toBeCloseTo(radii[0], 10);
  });

  it('turns with the Earth, by 15° an hour, as eq. 4.1 of Thompson, Moran and Swenson has it', () => {
    // Hour angles −90°, 0° and 90°: u is −X, Y, X, and v is −sin δ·Y, −sin δ·X, sin δ·Y beside cos δ·Z.
    const { u, v } = simulatedArray({ ...array, stations: 3, times: 3, hours: 12 });
    const sine = Math.sin(Math.PI / 6);
    for (let k = 0; k < 3; k++) {
      const [dawn, noon, dusk] = [k, k + 3, k + 6];
      const middle = (v[dawn] + v[dusk]) / 2;
      expect(u[dawn]).toBeCloseTo(-u[dusk], 12);
      expect(v[dusk] - middle).toBeCloseTo(sine * u[noon], 12);
      expect(v[noon] - middle).toBeCloseTo(-sine * u[dusk], 12);
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

describe('closure sets', () => {
  const rank = (closures: readonly Closure[], baselines: number) => {
    const rows = closures.map((closure) => {
      const row = new Float64Array(baselines);
      for (const { baseline, sign } of closure) row[baseline] += sign;
      return row;
    });
    const gram = rows.flatMap((a) => rows.map((b) => dot(a, b)));
    return symmetricEigen(gram, rows.length).values.filter((value) => value > 1e-9).length;
  };

  it.each([3, 4, 5, 6, 7])('are minimal and complete for %i stations', (stations) => {
    const baselines = simulatedArray({ ...array, stations, times: 1 });
    const [phases, amplitudes] = [triangles(baselines), quadrangles(baselines)];
    expect(phases).toHaveLength(((stations - 1) * (stations - 2)) / 2);
    expect(amplitudes).toHaveLength((stations * (stations - 3)) / 2);
    expect(rank(phases, baselines.u.length)).toBe(phases.length);
    expect(rank(amplitudes, baselines.u.length)).toBe(amplitudes.length);
  });

  it('do not depend on the telescopes, whatever their gains and phases', () => {
    const { first, second, ...rest } = simulatedArray({ ...array, stations: 6 });
    const gains = random('gains').normals([6]).data;
    const cancels = (closures: readonly Closure[], sign: number) => {
      for (const closure of closures) {
        const sum = closure.reduce((total, term) => {
          return total + term.sign * (gains[first[term.baseline]] + sign * gains[second[term.baseline]]);
        }, 0);
        expect(sum).toBeCloseTo(0, 12);
      }
    };
    cancels(triangles({ first, second, ...rest }), -1);
    cancels(quadrangles({ first, second, ...rest }), 1);
  });

  it('leave out what was not measured', () => {
    const all = simulatedArray({ ...array, stations: 4, times: 1 });
    const without: Baselines = {
      time: all.time.slice(1),
      first: all.first.slice(1),
      second: all.second.slice(1),
      u: all.u.slice(1),
      v: all.v.slice(1),
    };
    expect(triangles(without)).toHaveLength(1);
    expect(quadrangles(without)).toHaveLength(1);
  });
});

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
