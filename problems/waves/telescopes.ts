/** Arrays of radio telescopes: what frequencies of the sky each pair of them measures while the Earth turns. */
import { z } from 'zod';
import { keyedRandom } from '../../src/core/random.js';
import type { Frequencies } from './fourier-sums.js';

/** Pairs of stations, first < second, at times; the visibility of (second, first) is the conjugate. */
export interface Baselines extends Frequencies {
  readonly time: Float64Array;
  readonly first: Int32Array;
  readonly second: Int32Array;
}

export const arrayOptions = {
  stations: z
    .int()
    .min(2)
    .max(64)
    .default(8)
    .describe('telescopes of the simulated array, all pairs measure'),
  times: z.int().min(1).max(1000).default(12).describe('snapshots of the simulated array'),
  hours: z.number().min(0).max(24).default(8).describe('time from the first to the last snapshot'),
  declination: z.number().min(-90).max(90).default(12).describe('of the source, in degrees'),
  longest: z
    .number()
    .gt(0)
    .default(16)
    .describe('highest frequency measured, in cycles per longer side of the image'),
  seed: z.int().default(0).describe('chooses where the telescopes stand'),
};

type ArrayOptions = z.infer<z.ZodObject<typeof arrayOptions>>;

/**
 * Stations spread at random over half a globe, every pair at every time: ellipses in the plane of frequencies
 * (Thompson, Moran & Swenson, Interferometry and Synthesis in Radio Astronomy, eq. 4.1).
 */
export function simulatedArray(options: ArrayOptions): Baselines {
  const { stations, times, hours, declination, longest, seed } = options;
  const random = keyedRandom(seed, 'telescopes', 0)('stations', stations);
  const places = Array.from({ length: stations }, () => {
    const [x, y, z] = [random.normal(), random.normal(), random.normal()];
    const radius = Math.hypot(x, y, z);
    return [x / radius, y / radius, Math.abs(z) / radius];
  });
  const delta = (declination * Math.PI) / 180;
  const rows: [time: number, first: number, second: number, u: number, v: number][] = [];
  for (let time = 0; time < times; time++) {
    const hour = times === 1 ? 0 : (hours * Math.PI * (time / (times - 1) - 0.5)) / 12;
    for (let first = 0; first < stations; first++) {
      for (let second = first + 1; second < stations; second++) {
        const [x, y, z] = places[first].map((value, axis) => value - places[second][axis]);
        const u = Math.sin(hour) * x + Math.cos(hour) * y;
        const v = Math.sin(delta) * (Math.sin(hour) * y - Math.cos(hour) * x) + Math.cos(delta) * z;
        rows.push([time, first, second, u, v]);
      }
    }
  }
  const scale = longest / rows.reduce((most, [, , , u, v]) => Math.max(most, Math.hypot(u, v)), 0);
  return {
    time: Float64Array.from(rows, ([time]) => time),
    first: Int32Array.from(rows, ([, first]) => first),
    second: Int32Array.from(rows, ([, , second]) => second),
    u: Float64Array.from(rows, ([, , , u]) => scale * u),
    v: Float64Array.from(rows, ([, , , , v]) => scale * v),
  };
}
