/** DAPS and PnP-DM where every step is affine, coordinate by coordinate: the law they draw from, by the formulas. */
import { describe, expect, it } from 'vitest';
import { daps } from '../../../solvers/pixel/daps.js';
import { pnpDm } from '../../../solvers/pixel/pnp-dm.js';
import { karrasSigmas } from '../../../src/core/schedule.js';
import { affine, type Coordinates, coordinatesTask, type Law, lawsOf } from '../coordinates.js';

const RANGE = [0.02, 2] as const;
const seen: Coordinates = { s: [2, 0.4, 0], y: [1.6, 0.3, 9], sigma: 0.1, m: 0.3, v: 0.2, range: RANGE };
const shrink = (sigma: number) => seen.v / (seen.v + sigma ** 2);

/** x ~ N(z, r²)·N(y; s·x, σ²) of a z that is random itself. */
function drawn(z: Law, spread: number, i: number): Law {
  const data = seen.s[i] / seen.sigma ** 2;
  const precision = 1 / spread ** 2 + seen.s[i] * data;
  return affine(z, 1 / spread ** 2 / precision, (data * seen.y[i]) / precision, 1 / precision);
}

function expectLaws(found: readonly Law[], expected: (i: number) => Law) {
  found.forEach(({ mean, variance }, i) => {
    const law = expected(i);
    expect(mean).toBeCloseTo(law.mean, 4);
    expect(Math.abs(variance / law.variance - 1)).toBeLessThan(2e-3);
  });
}

describe('DAPS', () => {
  it.each([
    { countDrawn: false },
    { countDrawn: false, priorVariance: 0.15 },
    { countDrawn: true, priorVariance: 0.15 },
  ])('draws what its formulas say: $countDrawn, $priorVariance', async ({ countDrawn, priorVariance }) => {
    const [steps, sigmaMin] = [5, 0.1];
    const sigmas = karrasSigmas(steps, sigmaMin, RANGE[1]);
    const options = {
      steps,
      flowSteps: 1,
      sigmaMax: 2,
      sigmaMin,
      countDrawn,
      ...(priorVariance && { priorVariance }),
    };
    expectLaws(await lawsOf(daps, coordinatesTask(seen), options), (i) => {
      let x: Law = { mean: 0.5, variance: sigmas[0] ** 2 };
      for (let k = 0; k < steps; k++) {
        const k0 = shrink(sigmas[k]);
        const r2 = priorVariance
          ? (priorVariance * sigmas[k] ** 2) / (priorVariance + sigmas[k] ** 2)
          : sigmas[k] ** 2;
        x = drawn(affine(x, k0, (1 - k0) * seen.m), Math.sqrt(r2), i);
        const fresh = countDrawn ? Math.max(sigmas[k + 1] ** 2 - r2, 0) : sigmas[k + 1] ** 2;
        x = affine(x, 1, 0, fresh);
      }
      return x;
    });
  });
});

describe('PnP-DM', () => {
  it.each([1, 4])('alternates between data and a reverse diffusion of %i steps', async (steps) => {
    const options = { rounds: 5, steps, rhoMax: 1, rhoMin: 0.3, decay: 0.6 };
    expectLaws(await lawsOf(pnpDm, coordinatesTask(seen), options), (i) => {
      let x: Law = { mean: 0.5, variance: 1 };
      for (let round = 0; round < 5; round++) {
        const rho = Math.max(0.6 ** round, 0.3);
        x = drawn(x, rho, i);
        const sigmas = steps > 1 ? karrasSigmas(steps, RANGE[0], rho) : [rho, 0];
        for (let k = 0; k < steps; k++) {
          const keep = (sigmas[k + 1] / sigmas[k]) ** 2;
          const k0 = shrink(sigmas[k]);
          x = affine(
            x,
            k0 + keep * (1 - k0),
            (1 - keep) * (1 - k0) * seen.m,
            sigmas[k + 1] ** 2 * (1 - keep),
          );
        }
      }
      return x;
    });
  });
});
