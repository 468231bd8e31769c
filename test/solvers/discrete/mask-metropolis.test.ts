import { describe, expect, it } from 'vitest';
import { maskMetropolis } from '../../../solvers/discrete/mask-metropolis.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';
import { counts, expectRanges, positive, share } from '../declared.js';
import { goingOn, keptSteps } from '../kept-steps.js';
import { runSolver } from '../run-solver.js';
import {
  POSTERIOR,
  PRIOR,
  stateOfImage,
  tokenMeasurement,
  tokenPrior,
  tokenProblem,
  totalVariation,
} from '../three-tokens.js';

const task = { measurement: tokenMeasurement, problem: tokenProblem, prior: tokenPrior() };

function contextOf(samples: number) {
  return { random: keyedRandom(0, 'mask-metropolis', 0), step: async () => {}, samples };
}

async function drawn(samples: number, options: object) {
  const found = await runSolver(maskMetropolis, task, { burnIn: 5, thin: 1, ...options }, contextOf(samples));
  const states = Array<number>(27).fill(0);
  for (const image of found.samples) states[stateOfImage(image)]++;
  return { ...found, states };
}

describe('mask-metropolis', () => {
  // Counts alone are off by about 0.05; the prior is off by 0.34, and the posterior's square by 0.2.
  it.each([
    { block: 1, guided: true },
    { block: 1, guided: false },
    { block: 3, guided: true },
  ])('draws from the posterior: $block, guided $guided', { timeout: 60_000 }, async (options) => {
    const { states, diagnostics } = await drawn(1500, options);
    expect(totalVariation(POSTERIOR, PRIOR)).toBeGreaterThan(0.3);
    expect(totalVariation(POSTERIOR, states)).toBeLessThan(0.09);
    const { acceptance, effectiveSamples, rHat } = diagnostics!;
    expect(acceptance).toHaveLength(2);
    for (const rate of acceptance) expect(rate > 0.3 && rate <= 1).toBe(true);
    expect(effectiveSamples).toHaveLength(3);
    for (const size of effectiveSamples) expect(size).toBeGreaterThan(150);
    for (const ratio of rHat) expect(ratio).toBeLessThan(1.05);
  });

  it('weighs the likelihood less where tokens cannot show all', { timeout: 60_000 }, async () => {
    // γ² tr(AᵀA)/(m σ²) = 0.4² · 1/(2 · 0.4²): the likelihood to the power 2/3.
    const tempered = PRIOR.map((p, k) => p * (POSTERIOR[k] / p) ** (2 / 3));
    const sum = tempered.reduce((a, b) => a + b);
    const { states } = await drawn(1500, { residual: 0.4 });
    expect(
      totalVariation(
        tempered.map((p) => p / sum),
        states,
      ),
    ).toBeLessThan(0.09);
  });

  it('takes as many samples as are asked for, from its chains in turn', async () => {
    const { samples } = await drawn(5, { chains: 3 });
    expect(samples).toHaveLength(5);
    const one = await restore({ ...task, solver: 'mask-metropolis', samples: 1 });
    expect(one.diagnostics?.rHat).toHaveLength(3);
  });

  it.each([true, false])('goes on inside a chain to the same bits: guided %s', async (guided) => {
    const options = { burnIn: 1, thin: 1, guided };
    const job = { ...task, solver: 'mask-metropolis', samples: 4, options };
    const { found, kept } = await keptSteps(job);
    expect(kept.some(({ state }) => 'slopes' in state)).toBe(guided);
    for (const checkpoint of kept) expect((await goingOn(job, checkpoint)).numbers).toEqual(found.numbers);
  });

  it('declares its options', () => {
    expectRanges(maskMetropolis, {
      thin: counts(100_000),
      chains: { takes: [2, 64], refuses: [0, 1, 65] },
      block: counts(64),
      widest: counts(64),
      hottest: positive(1),
      redrawn: share,
    });
  });
});
