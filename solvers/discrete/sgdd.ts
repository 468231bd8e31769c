/**
 * SGDD, split Gibbs sampling with a discrete diffusion (Chu, Wu, Chen, Song, Yue, NeurIPS 2025, arXiv 2503.01161):
 * tokens x of the prior and z of the measurement, held together at level η,
 *
 *   π(x, z) ∝ p(x) p(y | z) exp(−c_η d(x, z)),   d how many tokens differ,
 *
 * are drawn in turn: x | z is the prior's diffusion back from z at level η, z | x are Metropolis moves of single
 * tokens. As η falls, x and z become one, with the law p(x | y).
 *
 * Departs from the published code: c_η = log((1 + (K − 1)e^−η)/(1 − e^−η)), without its factor K − 1, since only so are
 * both steps conditionals of one law (with it the result stays off however small η is, but for K = 2); moves of z begin
 * at the last z, not at x, so that few of them do no harm; the step back divides by the kernel, as a network asks for
 * that tells p(x | z); the first z is the tokens of Wiener's image; moves are proposed among x's token, tokens near z's
 * own and all tokens, with Hastings' correction.
 */
import { z } from 'zod';
import { type Tokens, withIds } from '../../models/masked/tokens.js';
import type { Random } from '../../src/core/random.js';
import { defineSolver } from '../define-solver.js';
import { startImage } from '../parts/start-image.js';
import {
  type JudgedImage,
  judge,
  judgedOf,
  judgedState,
  likelihoodPower,
  residualOption,
  type TokenImages,
  tokenImages,
} from '../parts/token-images.js';
import { type TokenProposal, tokenProposal } from '../parts/token-proposal.js';
import { coupling, reverseUniform } from '../parts/uniform-kernel.js';
import type { Task } from '../solver.js';

const options = z.strictObject({
  rounds: z
    .int()
    .min(1)
    .max(10_000)
    .default(12)
    .describe('times that prior and measurement take turns (published: 50 to 100)'),
  steps: z.int().min(1).max(1000).default(6).describe('network runs of a prior step (published: 20 to 64)'),
  sweeps: z
    .number()
    .positive()
    .max(10_000)
    .default(1)
    .describe('proposed moves of a measurement step, for each token'),
  etaMax: z
    .number()
    .positive()
    .default(0.7)
    .describe('level η of the first round: tokens are drawn anew with chance 1 − exp(−η)'),
  etaMin: z.number().positive().default(0.005).describe('level η of the last round'),
  residual: residualOption,
});

export const sgdd = defineSolver({
  kind: 'chain',
  name: 'sgdd',
  summary: 'SGDD: split Gibbs sampling of tokens, a discrete diffusion and the measurement in turn',
  needs: { prior: 'masked', uniform: true, noise: 'any' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(task, { rounds, steps, sweeps, etaMax, etaMin, residual }, context) {
    const { problem, prior } = task;
    const images = tokenImages(prior, problem.imageShape, context.signal);
    const first = await startImage(task, () => context.step(0, rounds));
    const power = await likelihoodPower(task, first, residual ?? prior.residual ?? 0);
    const propose = tokenProposal(prior.codebook);
    const { resumed } = context;
    let state = resumed
      ? judgedOf(resumed.state)
      : await judge(task, await images.decode(await images.encode(first)));
    const moves = Math.ceil(sweeps * state.tokens.ids.length);
    const all = rounds * (steps + moves);
    for (let round = resumed ? resumed.step / (steps + moves) : 0; round < rounds; round++) {
      const eta = etaMax * (etaMin / etaMax) ** (round / Math.max(1, rounds - 1));
      const begun = round * (steps + moves);
      const random = (...path: (string | number)[]) => context.random('round', round, ...path);
      const kept = judgedState(state);
      const turn = (step: number) => context.step(begun + step, all, step === 0 ? kept : undefined);
      const back = { ...context, random, step: turn };
      const anchor = await reverseUniform(prior, state.tokens, eta, steps, back);
      const shared = { task, images, power, propose, anchor, pull: coupling(eta, prior.codebook.shape[0]) };
      for (let move = 0; move < moves; move++) {
        await turn(steps + move);
        state = await moveToken(shared, state, random('move', move));
      }
    }
    return state.image;
  },
});

interface Shared {
  readonly task: Task;
  readonly images: TokenImages;
  /** β */
  readonly power: number;
  readonly propose: TokenProposal;
  /** x */
  readonly anchor: Tokens;
  /** c_η */
  readonly pull: number;
}

/** A Metropolis move of one token of z, given x. */
async function moveToken(shared: Shared, state: JudgedImage, random: Random): Promise<JudgedImage> {
  const { task, images, power, propose, anchor, pull } = shared;
  const place = random.integer(anchor.ids.length);
  const [now, wanted] = [state.tokens.ids[place], anchor.ids[place]];
  const { then, hastings } = propose(now, wanted, random);
  if (then === now) return state;
  const { width } = anchor;
  const region = { top: Math.floor(place / width), left: place % width, height: 1, width: 1 };
  const tokens = withIds(anchor, state.tokens.ids.with(place, then));
  const next = await judge(task, await images.redecode(tokens, region, state));
  const held = pull * (Number(then !== wanted) - Number(now !== wanted));
  const gain = power * (next.logLikelihood - state.logLikelihood) - held + hastings;
  return Math.log(random.uniform()) < gain ? next : state;
}
