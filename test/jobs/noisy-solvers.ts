/** Solvers without a prior, for tests of calibration: what they give is off by the measurement's noise. */
import { z } from 'zod';
import type { ChainSolver, PointSolver } from '../../solvers/solver.js';
import { mapArray } from '../../src/core/array.js';

const shared = { summary: 'for tests', needs: { prior: 'none', noise: 'any' }, presets: {} } as const;

/** Draws are too narrow by far. */
export const narrow: ChainSolver = {
  ...shared,
  kind: 'chain',
  name: 'narrow',
  samplesPosterior: false,
  options: z.object({ amount: z.number().default(0.02) }),
  async run({ measurement }, { amount }, { random }) {
    const noise = random('narrow');
    return mapArray(measurement, (value) => value + (amount as number) * noise.normal());
  },
};

/** The measurement itself. */
export const asMeasured: PointSolver = {
  ...shared,
  kind: 'point',
  name: 'as-measured',
  samplesPosterior: false,
  options: z.object({}),
  async run({ measurement }) {
    return measurement;
  },
};
