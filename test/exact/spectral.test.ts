/** DDRM and DDNM+ on problems with exact posteriors. */
import { describe, expect, it } from 'vitest';
import type { LinearOperator } from '../../problems/operator.js';
import { requireMatch } from '../../solvers/choose.js';
import { ddnm } from '../../solvers/pixel/ddnm.js';
import { ddrm } from '../../solvers/pixel/ddrm.js';
import type { ChainSolver } from '../../solvers/solver.js';
import { gaussianReference, mixtureReference, referenceTask } from '../../src/bench/reference.js';
import { keyedRandom } from '../../src/core/random.js';
import { vpSigma } from '../../src/core/schedule.js';
import { runSolver } from '../solvers/run-solver.js';
import { distanceOf } from './distance.js';
import { momentsOf } from './moments.js';

/** The levels of DDPM with 1000 steps: 0.01 to about 158 in the reference's units. */
const DDPM = [vpSigma(1 / 1000), vpSigma(1)] as const;
const gaussian = referenceTask(gaussianReference, DDPM);

describe('on a Gaussian prior (R0), where each step is affine', () => {
  // An independent implementation, whose levels are those of the discrete schedule: a little apart from ours.
  it.each([
    {
      steps: 20,
      mean: [0.965457, -0.554567],
      covariance: [0.146855, -0.205474, 0.619134],
      tolerance: 0.008,
    },
    {
      steps: 100,
      mean: [0.967568, -0.476187],
      covariance: [0.147647, -0.25266, 0.643094],
      tolerance: 0.001,
    },
  ])('DDRM has its known bias: $steps steps', async ({ steps, mean, covariance, tolerance }) => {
    const found = await momentsOf(ddrm, gaussian, { steps });
    mean.forEach((value, i) => {
      expect(Math.abs(found.mean[i] - value)).toBeLessThan(tolerance);
    });
    covariance.forEach((value, i) => {
      expect(Math.abs(found.covariance[i] - value)).toBeLessThan(tolerance);
    });
  });
});

it("DDRM's temperature scales all that is random and nothing else", async () => {
  const hot = await momentsOf(ddrm, gaussian, { steps: 20 });
  const cool = await momentsOf(ddrm, gaussian, { steps: 20, temperature: 0.5 });
  cool.mean.forEach((value, i) => {
    expect(value).toBeCloseTo(hot.mean[i], 6);
  });
  cool.covariance.forEach((value, i) => {
    expect(value).toBeCloseTo(hot.covariance[i] / 4, 6);
  });
});

describe('distance from the posterior', () => {
  // Distances at 4000 samples, [known]; 250 samples blur them by about 0.08.
  it.each<{ solver: ChainSolver; reference: typeof mixtureReference; steps: number; known: number }>([
    { solver: ddrm, reference: gaussianReference, steps: 20, known: 0.154 },
    { solver: ddrm, reference: mixtureReference, steps: 20, known: 0.206 },
    { solver: ddnm, reference: gaussianReference, steps: 100, known: 0.157 },
    { solver: ddnm, reference: mixtureReference, steps: 100, known: 0.246 },
  ])('$solver.name on $reference.name is the known one', async ({ solver, reference, steps, known }) => {
    const { distance } = await distanceOf(solver, reference, { steps }, 250, DDPM);
    expect(Math.abs(distance - known)).toBeLessThan(0.08);
  });
});

describe('next to no noise', () => {
  const exactly = { ...gaussianReference, sigma: 1e-4 };
  it.each([
    { solver: ddrm, options: {} },
    { solver: ddnm, options: {} },
    { solver: ddnm, options: { travelLength: 4, travelRepeat: 3 } },
  ])('$solver.name ends where the measurement says, $options', async ({ solver, options }) => {
    const { samples } = await distanceOf(solver, exactly, { steps: 20, ...options }, 5, DDPM);
    for (const [u, v] of samples) expect(Math.abs(u + 0.5 * v - 0.8)).toBeLessThan(0.02);
  });
});

it('DDRM with a cutoff does not see what its noise hides', async () => {
  const A = [
    [1, 0],
    [0, 0.1],
  ];
  const drawn = async (second: number, cutoff: number) => {
    const observed = { ...gaussianReference, A, y: [0.8, second], sigma: 0.5 };
    const task = referenceTask(observed, DDPM);
    const stream = keyedRandom(0, 'cutoff', 0)('chain');
    const x = await runSolver(ddrm, task, { cutoff }, { random: () => stream, step: async () => {} });
    return [...x.data];
  };
  expect(await drawn(3, 1)).toEqual(await drawn(-3, 1));
  expect(await drawn(3, 0.1)).not.toEqual(await drawn(-3, 0.1));
});

it('an operator without singular values is refused by name', () => {
  const { problem, prior } = gaussian;
  const { svd: _, ...operator } = problem.operator as LinearOperator;
  const message =
    /^solver ddrm needs an operator whose singular value decomposition is known, but that of problem reference is not; these would work: .*dps/;
  expect(() => requireMatch(ddrm, { problem: { ...problem, operator }, prior })).toThrow(message);
});
