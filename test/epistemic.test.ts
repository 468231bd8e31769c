import { describe, expect, it } from 'vitest';
import type { DiffusionPrior } from '../models/prior.js';
import { solvers } from '../solvers/index.js';
import { floatArray } from '../src/core/array.js';
import { requireMeasured, weightSpread } from '../src/epistemic.js';

const pixels = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

describe('what other weights change', () => {
  it('is their root mean square distance from the mean; each network is closed', async () => {
    let closed = 0;
    const drawn = { close: async () => void closed++ } as unknown as DiffusionPrior;
    const seeds: number[] = [];
    const prior = {
      kind: 'diffusion',
      lastLayer: {
        draw: async (random: { uniform(): number }) => {
          seeds.push(random.uniform());
          return drawn;
        },
      },
    } as unknown as Parameters<typeof weightSpread>[0];
    const mean = pixels(0.5, 0.5);
    const spread = (rounds: number) =>
      weightSpread(prior, rounds, 7, mean, async (other, round) => {
        expect(other).toBe(drawn);
        return pixels(0.5 + 0.3 * round, 0.1);
      });
    const { data } = await spread(2);
    expect(data[0]).toBeCloseTo(Math.sqrt(0.09 / 2), 6);
    expect(data[1]).toBeCloseTo(0.4, 6);
    expect(closed).toBe(2);
    await spread(3);
    // Round k has the same weights, however many there are.
    expect(seeds.slice(2, 4)).toEqual(seeds.slice(0, 2));
    expect(new Set(seeds).size).toBe(3);
  });

  it('is asked of a solver with a diffusion prior whose last layer was measured', () => {
    expect(() => requireMeasured(undefined, solvers.tv)).toThrow('solver tv uses none');
    const prior = { kind: 'diffusion', name: 'net' } as unknown as DiffusionPrior;
    expect(() => requireMeasured(prior, solvers.dps)).toThrow(
      'last layer of net: `retrodict card DIR --laplace',
    );
    expect(requireMeasured({ ...prior, lastLayer: {} as never }, solvers.dps)).toBeDefined();
  });
});
