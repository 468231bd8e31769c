import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineSolver } from '../../solvers/define-solver.js';
import { solvers } from '../../solvers/index.js';
import { mapArray } from '../../src/core/array.js';
import { faultsOf, resumable } from './gate.js';
import { keptSteps } from './kept-steps.js';

// What needs correlated noise needs images of some size; its own test takes them.
const gated = Object.values(solvers).filter(({ needs }) => needs.noise !== 'octaves');

it.each(gated)('$name passes the gate', { timeout: 60_000 }, async (solver) => {
  expect(await faultsOf(solver)).toEqual([]);
});

// The gate sees that they go on to the same bits.
it.each([
  ...['afdps', 'aps', 'daps', 'dcdp', 'ddnm', 'ddrm', 'diffpir', 'dps', 'fk', 'flower', 'fps-smc', 'g2d2'],
  ...['joint-diffusion', 'latent-daps', 'latent-dps', 'latino', 'map-latent', 'mask-metropolis', 'mcgdiff'],
  ...['mmps', 'pigdm', 'pnp-admm', 'pnp-dm', 'psld', 'red-diff', 'resample', 'sgdd', 'sitcom', 'tds'],
  ...['treg', 'tweedie', 'vble', 'vble-xz'],
])('%s goes on inside an image', async (name) => {
  const { kept } = await keptSteps(resumable(solvers[name]));
  const steps = new Set(kept.flatMap(({ step }) => step ?? []));
  expect(steps.size).toBeGreaterThan(3);
});

const options = z.strictObject({ steps: z.int().min(1).default(5).describe('network evaluations') });
const common = { kind: 'chain', summary: '', samplesPosterior: true, options, presets: {} } as const;

describe('the gate holds back', () => {
  it('one that fits the noise and calls it sampling', async () => {
    const fitter = defineSolver({
      ...common,
      name: 'fitter',
      needs: { prior: 'diffusion', linear: true, noise: 'any' },
      async run({ measurement, problem: { operator, imageShape }, prior }, { steps }, { random, step }) {
        const x = random('start').normals(imageShape);
        for (let i = 0; i < steps; i++) {
          await step(i, steps);
          await prior.denoise(x, 0.1);
        }
        // Steepest descent meets one measured value exactly.
        const clean = await operator.apply(x);
        const pull = await operator.adjoint(mapArray(measurement, (y, i) => y - clean.data[i]));
        const seen = (await operator.apply(pull)).data[0] / (measurement.data[0] - clean.data[0]);
        return mapArray(x, (value, i) => value + pull.data[i] / seen);
      },
    });
    expect(await faultsOf(fitter)).toEqual([expect.stringMatching(/^it fits the noise: misfit 0\.00$/)]);
  });

  it('one that looks away', async () => {
    const blind = defineSolver({
      ...common,
      name: 'blind',
      needs: { prior: 'none', noise: 'any' },
      async run({ problem }, { steps }, { random, step }) {
        for (let i = 0; i < steps; i++) await step(i, steps);
        return mapArray(random('anything').normals(problem.imageShape), (value) => 5 * value);
      },
    });
    expect(await faultsOf(blind)).toEqual([expect.stringMatching(/^it does not meet the measurement: /)]);
  });

  it('one that takes what it did not ask for, and one that does more than it says', async () => {
    const greedy = defineSolver({
      ...common,
      name: 'greedy',
      samplesPosterior: false,
      needs: { prior: 'diffusion', noise: 'any' },
      async run({ problem, prior }, { steps }, { random, step }) {
        const x = random('start').normals(problem.imageShape);
        for (let i = 0; i < steps; i++) {
          await step(i, steps);
          (await prior.linearize!(x, 1)).release();
        }
        return x;
      },
    });
    await expect(faultsOf(greedy)).rejects.toThrow('prior.linearize is not a function');
    const busy = defineSolver({
      ...common,
      name: 'busy',
      samplesPosterior: false,
      needs: { prior: 'diffusion', noise: 'any' },
      async run({ problem, prior }, { steps }, { random, step }) {
        const x = random('start').normals(problem.imageShape);
        for (let i = 0; i < steps; i++) {
          await step(i, steps);
          await prior.denoise(await prior.denoise(x, 1), 1);
        }
        return x;
      },
    });
    expect(await faultsOf(busy)).toEqual(['5 steps of 2 samples make 20 network evaluations']);
  });

  it('one that does not keep to its seed, and one that never says where it is', async () => {
    let calls = 0;
    const restless = defineSolver({
      ...common,
      name: 'restless',
      samplesPosterior: false,
      needs: { prior: 'none', noise: 'any' },
      async run({ problem }, _options, { random }) {
        calls++;
        return mapArray(random('start').normals(problem.imageShape), (value) => value + calls);
      },
    });
    expect(await faultsOf(restless)).toEqual([
      'the same seed gives other samples',
      'it never says that a step begins',
    ]);
  });
});
