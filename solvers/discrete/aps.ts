/**
 * APS, anchored posterior sampling (Rout et al., arXiv 2510.02291): along a masked decoding, from all
 * tokens hidden to none, the logits φ of all tokens are fitted to the measurement through their quantised expectation,
 *
 *   min over φ of −β log p(y | A(D(q))) + λ KL(softmax φ ‖ p(z | shown)), q = nearest token to Σ_k softmax(φ)_k c_k,
 *
 * with the gradient at q taken for that at the expectation (straight through). Then the tokens are shown of which the
 * fitted law is surest (anchored remasking), more of them in each step, and chosen anew: a token may change its mind.
 *
 * It seeks an image; no spread. There is no published code: this is after project page and reviews. Departs from these:
 * the likelihood itself in place of mean |y − Ax| and a perceptual loss; a weight of the prior, which the bound of the
 * paper has and its algorithm has not.
 */
import { z } from 'zod';
import {
  embed,
  type Tokens,
  tokenGrid,
  tokenNumbers,
  tokensOf,
  withIds,
} from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import { Adam } from '../../src/core/adam.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import { defineSolver } from '../define-solver.js';
import { startImage } from '../parts/start-image.js';
import { likelihoodPower, residualOption, type TokenImages, tokenImages } from '../parts/token-images.js';
import {
  addDivergence,
  carriedLaws,
  chancesOf,
  expectedEmbeddings,
  lawsOf,
  logNormalise,
  nearestTokens,
  throughExpectation,
} from '../parts/token-laws.js';
import type { Task } from '../solver.js';

const options = z.strictObject({
  steps: z
    .int()
    .min(1)
    .max(10_000)
    .default(12)
    .describe('steps of the decoding, one run of the masked network each (published: 15)'),
  iterations: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe(
      'steps of Adam in each, of the decoder with its gradient (published: 100); twice as many in the last',
    ),
  rate: z.number().positive().default(0.3).describe('about how far a logit moves in a step of Adam'),
  weight: z.number().min(0).default(1).describe('λ: weight of the prior'),
  forget: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("share of the prior's logits in the first ones of a step; the rest are the last step's"),
  residual: residualOption,
});

export const aps = defineSolver({
  kind: 'point',
  name: 'aps',
  summary:
    'APS: logits of tokens fitted to the measurement by their quantised expectation; the surest are kept; one image',
  needs: { prior: 'masked', priorVjp: true, noise: 'any' },
  samplesPosterior: false,
  options,
  presets: {},

  async run(task, { steps, forget, residual, ...chosen }, context) {
    const { problem, prior } = task;
    const images = tokenImages(prior, problem.imageShape, context.signal);
    const first = await startImage(task, () => context.step(0, steps));
    const power = await likelihoodPower(task, first, residual ?? prior.residual ?? 0);
    const [count] = prior.codebook.shape;
    const { step: begun = 0, state } = context.resumed ?? {};
    let shown = state ? tokensOf(state['shown']) : tokenGrid(images.grid, count);
    let laws = state?.['laws'] && valuesOf(state['laws']);
    let found = shown;
    for (let step = begun; step < steps; step++) {
      await context.step(step, steps, { shown: tokenNumbers(shown), ...(laws && { laws: bitsOf(laws) }) });
      const known = lawsOf(await prior.logits(shown, context.signal));
      laws = carriedLaws(known, laws, forget, count);
      const iterations = (step === steps - 1 ? 2 : 1) * chosen.iterations;
      found = await fitLogits({ task, prior, images, power, ...chosen, iterations }, laws, known);
      shown = surest(found, laws, count, 1 - Math.cos((Math.PI / 2) * ((step + 1) / steps)));
    }
    return (await images.decode(found)).image;
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

/**
 * Fits `laws`, in place. @param known the prior's.
 * @returns of the quantised tokens on the way those of the largest β log p(y | A(D(q))) + λ Σ log p(q | shown).
 */
async function fitLogits(fit: Fit, laws: Float64Array, known: Float64Array): Promise<Tokens> {
  const { task, prior, images, power, iterations, rate, weight } = fit;
  const { codebook } = prior;
  const [count] = codebook.shape;
  const adam = new Adam(laws.length, rate, 0.9, 0.99);
  let best: { tokens: Tokens; score: number } | undefined;
  const chances = chancesOf(laws);
  for (let k = 0; k < iterations; k++) {
    const tokens = nearestTokens(expectedEmbeddings(chances, codebook, images.grid), codebook);
    const { slopes, logLikelihood } = await images.slopes(task, embed(tokens, codebook));
    const nats = tokens.ids.reduce((sum, id, i) => sum + known[i * count + id], 0);
    const score = power * logLikelihood + weight * nats;
    if (!best || score > best.score) best = { tokens, score };
    for (let i = 0; i < slopes.data.length; i++) slopes.data[i] *= -power;
    const gradient = throughExpectation(chances, slopes, codebook);
    addDivergence(chances, laws, known, count, weight, gradient);
    adam.step(gradient, laws);
    logNormalise(laws, count, chances);
  }
  return best!.tokens;
}

/** Of `tokens`, shows the share of which the laws are surest. */
function surest(tokens: Tokens, laws: Float64Array, count: number, share: number): Tokens {
  const sureness = Array.from(tokens.ids, (id, i) => laws[i * count + id]);
  const order = sureness.map((_, i) => i).sort((a, b) => sureness[b] - sureness[a] || a - b);
  const ids = new Int32Array(tokens.ids.length).fill(count);
  for (const i of order.slice(0, Math.max(1, Math.ceil(share * ids.length)))) ids[i] = tokens.ids[i];
  return withIds(tokens, ids);
}
