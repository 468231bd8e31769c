/**
 * G2D2 (Murata et al., TMLR 2025, arXiv 2410.14710): along a masked diffusion, from all tokens
 * hidden to none, a law of independent tokens q(z) = Π softmax φ_l is fitted to the measurement, near the prior's law
 * given the tokens that are shown,
 *
 *   min over φ of  −E_q[β log p(y | A(D(z)))] + λ KL(q ‖ p(z | shown)),
 *
 * by Adam through soft Gumbel draws s of q, whose embedding is Σ s_k c_k. Then tokens of a draw of q are shown: the
 * star-shaped way chooses anew which, so that a token that was wrong can change; the ordinary way only adds some.
 *
 * It seeks an image: its spread is no uncertainty. Departs from the published code: the likelihood itself in place of
 * ‖y − Ax‖₂, so that λ has another scale, and with it another rate, the same in all steps; Adam in place of RAdam; the
 * star-shaped way by default, as the paper tells it; the likeliest tokens of the last law are the answer.
 */
import { z } from 'zod';
import { type Tokens, tokenGrid, tokenNumbers, tokensOf, withIds } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import { Adam } from '../../src/core/adam.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import type { Random } from '../../src/core/random.js';
import { defineSolver } from '../define-solver.js';
import { startImage } from '../parts/start-image.js';
import { likelihoodPower, residualOption, type TokenImages, tokenImages } from '../parts/token-images.js';
import {
  addDivergence,
  carriedLaws,
  chancesOf,
  drawTokens,
  expectedEmbeddings,
  lawsOf,
  likeliest,
  logNormalise,
  throughExpectation,
} from '../parts/token-laws.js';
import type { Task } from '../solver.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('steps of the diffusion, one run of the masked network each (published: 100)'),
  iterations: z
    .int()
    .min(1)
    .max(10_000)
    .default(30)
    .describe('steps of Adam in each, of the decoder with its gradient (published: 30)'),
  rate: z.number().positive().default(0.3).describe('about how far a logit moves in a step of Adam'),
  weight: z.number().min(0).default(0.3).describe('λ: weight of the prior; 1 makes a bound'),
  forget: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe("share of the prior's logits in the first ones of a step; the rest are the last step's"),
  process: z
    .enum(['star', 'ordinary'])
    .default('star')
    .describe('star: which tokens are shown is chosen anew in each step; ordinary: shown tokens stay'),
  residual: residualOption,
});

export const g2d2 = defineSolver({
  kind: 'chain',
  name: 'g2d2',
  summary:
    'G2D2: laws of tokens fitted to the measurement along a masked diffusion; by gradients, not a sampler',
  needs: { prior: 'masked', priorVjp: true, noise: 'any' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { steps, forget, process, residual, ...fit }, context) {
    const { problem, prior } = task;
    const images = tokenImages(prior, problem.imageShape, context.signal);
    const first = await startImage(task, () => context.step(0, steps));
    const power = await likelihoodPower(task, first, residual ?? prior.residual ?? 0);
    const [count] = prior.codebook.shape;
    const { step: begun = 0, state } = context.resumed ?? {};
    let shown = state ? tokensOf(state['shown']) : tokenGrid(images.grid, count);
    let laws = state?.['laws'] && valuesOf(state['laws']);
    for (let step = begun; step < steps; step++) {
      await context.step(step, steps, { shown: tokenNumbers(shown), ...(laws && { laws: bitsOf(laws) }) });
      const random = context.random('step', step);
      const known = lawsOf(await prior.logits(shown, context.signal));
      laws = carriedLaws(known, laws, forget, count);
      await fitLaws({ task, prior, images, power, ...fit }, laws, known, random);
      const drawn = drawTokens(laws, count, shown, random);
      const kept = process === 'star' ? tokenGrid(images.grid, count) : shown;
      shown = reveal(drawn, kept, count, 1 - (step + 1) / steps, random);
    }
    return (await images.decode(likeliest(laws!, count, shown))).image;
  },
});

interface Fit {
  readonly task: Task;
  readonly prior: MaskedPrior;
  readonly images: TokenImages;
  /** β */
  readonly power: number;
  readonly iterations: number;
  readonly rate: number;
  readonly weight: number;
}

/** Fits `laws`, in place. @param known the prior's. */
async function fitLaws(fit: Fit, laws: Float64Array, known: Float64Array, random: Random): Promise<void> {
  const { prior, images, iterations, rate, weight } = fit;
  const [count] = prior.codebook.shape;
  const adam = new Adam(laws.length, rate);
  const chances = chancesOf(laws);
  const drawn = new Float64Array(laws.length);
  for (let k = 0; k < iterations; k++) {
    const noisy = laws.map((value) => value - Math.log(-Math.log(random.uniform())));
    logNormalise(noisy, count, drawn);
    const embeddings = expectedEmbeddings(drawn, prior.codebook, images.grid);
    const { slopes } = await images.slopes(fit.task, embeddings);
    for (let i = 0; i < slopes.data.length; i++) slopes.data[i] *= -fit.power;
    const gradient = throughExpectation(drawn, slopes, prior.codebook);
    addDivergence(chances, laws, known, count, weight, gradient);
    adam.step(gradient, laws);
    logNormalise(laws, count, chances);
  }
}

/** Of `drawn`, shows those that `shown` has, and others at random until a share of `hidden` is hidden. */
function reveal(drawn: Tokens, shown: Tokens, count: number, hidden: number, random: Random): Tokens {
  const ids = shown.ids.slice();
  const left = [...ids.keys()].filter((i) => ids[i] === count);
  const wanted = Math.round(hidden * ids.length);
  while (left.length > wanted) {
    const [next] = left.splice(random.integer(left.length), 1);
    ids[next] = drawn.ids[next];
  }
  return withIds(shown, ids);
}
