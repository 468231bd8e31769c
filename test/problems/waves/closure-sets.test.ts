import { describe, expect, it } from 'vitest';
import { type Closure, quadrangles, triangles } from '../../../problems/waves/closure-sets.js';
import { type Baselines, simulatedArray } from '../../../problems/waves/telescopes.js';
import { keyedRandom } from '../../../src/core/random.js';
import { symmetricEigen } from '../../../src/core/symmetric-eigen.js';
import { dot } from '../../../src/core/vector.js';

const random = keyedRandom(7, 'waves', 0);

const array = { stations: 5, times: 3, hours: 6, declination: 30, longest: 4, seed: 2 };

describe('closure sets', () => {
  const rank = (closures: readonly Closure[], baselines: number) => {
    const rows = closures.map((closure) => {
      const row = new Float64Array(baselines);
      for (const { baseline, sign } of closure) row[baseline] += sign;
      return row;
    });
    if (rows.length === 0) return 0;
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
