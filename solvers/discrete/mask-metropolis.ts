/**
 * Mask-resample Metropolis: tokens x of a masked prior, given a measurement, by a Markov chain (Metropolis et al. 1953;
 * the proposals are those of block Gibbs sampling of the prior). A move hides a square S of tokens, draws it anew from
 * the prior, one token after the other, and is accepted by the likelihood alone:
 *
 *   x'_S ~ p(x_S | x outside S),   accepted with chance min(1, (p(y | x')/p(y | x))^(τβ))
 *
 * Single tokens, where the decoder can be differentiated, are drawn from that law times what the measurement says of it
 * to second order (guided-token.ts); Hastings' correction makes up for it, and more moves change something.
 *
 * With an exact masked prior this leaves p(x) p(y | x)^β as it is, whatever the squares are. During burn-in τ rises to
 * 1 and squares become smaller. β allows for what tokens cannot show (see token-images.ts); it is 1 where nothing is
 * known of that. There is no published code. Several chains begin at different places, and tell whether they agree.
 */
import { z } from 'zod';
import { embed, type TokenRegion, type Tokens, withIds } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import type { FloatArray } from '../../src/core/array.js';
import type { State } from '../../src/core/checkpoints.js';
import type { Random } from '../../src/core/random.js';
import { drawSideBySide } from '../../src/core/side-by-side.js';
import { defineSolver } from '../define-solver.js';
import { chancesAt, drawToken } from '../parts/categorical.js';
import { ChainRecord, diagnose } from '../parts/chain-record.js';
import { embeddingCurvatures, guidedLaw } from '../parts/guided-token.js';
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
import { unmask, unmaskOneByOne } from '../parts/unmasking.js';
import type { Context, EnsembleContext, Task } from '../solver.js';

const options = z.strictObject({
  burnIn: z
    .int()
    .min(0)
    .max(100_000)
    .default(16)
    .describe('sweeps before the first sample; a sweep has a move for each token'),
  thin: z.int().min(1).max(100_000).default(24).describe('sweeps from one sample of a chain to its next'),
  chains: z
    .int()
    .min(2)
    .max(64)
    .default(2)
    .describe('chains, which begin at different places and share the samples'),
  block: z.int().min(1).max(64).default(1).describe('largest side of the squares after burn-in, tokens'),
  widest: z.int().min(1).max(64).default(2).describe('side of the first squares of burn-in, tokens'),
  hottest: z
    .number()
    .positive()
    .max(1)
    .default(0.2)
    .describe('τ at the beginning of burn-in, where 1 is the posterior'),
  guided: z
    .boolean()
    .default(true)
    .describe('single tokens are proposed with the gradient of the decoder, where it has one'),
  redrawn: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("share of the first image's tokens that a chain draws anew"),
  residual: residualOption,
});

type Options = z.output<typeof options>;

export const maskMetropolis = defineSolver({
  kind: 'ensemble',
  name: 'mask-metropolis',
  summary:
    'mask-resample Metropolis: tokens are hidden, drawn anew from a masked prior and judged by the measurement',
  needs: { prior: 'masked', noise: 'any' },
  samplesPosterior: true,
  options,
  presets: {},

  async run(task, chosen, context) {
    const { problem, prior } = task;
    const images = tokenImages(prior, problem.imageShape, context.signal);
    const first = await startImage(task, () => context.step(0, 1));
    const power = await likelihoodPower(task, first, chosen.residual ?? prior.residual ?? 0);
    const begin = await images.encode(first);
    const guided = chosen.guided && prior.linearizeDecode !== undefined;
    const curvatures = guided
      ? await embeddingCurvatures(task, images, embed(begin, prior.codebook), context.random('curvatures'))
      : undefined;
    const shared = { task, prior, images, power, options: chosen, context, begin, curvatures };
    const perChain = Math.ceil(context.samples / chosen.chains);
    const { atATime = 1, signal } = context;
    const { once = (_, work) => work(context) } = context;
    const chains = await drawSideBySide(chosen.chains, atATime, signal, (chain) =>
      once(`chain ${chain}`, (part) => runChain(shared, chain, perChain, part)),
    );
    const samples = Array.from(
      { length: context.samples },
      (_, k) => chains[k % chosen.chains][`sample ${Math.floor(k / chosen.chains)}`],
    );
    return { samples, logWeights: samples.map(() => 0), diagnostics: diagnose(chains) };
  },
});

interface Shared {
  readonly task: Task;
  readonly prior: MaskedPrior;
  readonly images: TokenImages;
  /** β */
  readonly power: number;
  readonly options: Options;
  readonly context: EnsembleContext;
  readonly begin: Tokens;
  /** Where single tokens are guided. */
  readonly curvatures?: Float64Array;
}

interface Judged extends JudgedImage {
  /** Of the likelihood at the embeddings, where a guided move has asked for it. */
  readonly slopes?: FloatArray;
}

interface Proposal {
  readonly next: Judged;
  /** What the logarithm of the ratio of acceptance has besides the likelihood. */
  readonly hastings: number;
}

/** A chain from its beginning, or from where it was stopped, to its end. @returns its record. */
async function runChain(shared: Shared, chain: number, perChain: number, part: Context): Promise<State> {
  const { options: o, images, task, begin } = shared;
  const [height, width] = images.grid;
  const sweep = height * width;
  const [burnIn, total] = [o.burnIn * sweep, (o.burnIn + o.thin * perChain) * sweep];
  const { resumed } = part;
  // Chains are told of as if they took turns.
  const turn = (move: number, state?: () => State) =>
    part.step(move * o.chains + chain, o.chains * total, state);
  if (!resumed) await turn(0);
  let now: Judged = resumed
    ? { ...judgedOf(resumed.state), slopes: resumed.state['slopes'] }
    : await judge(task, await images.decode(await firstTokens(shared, chain)));
  const record = new ChainRecord(now.image, total - burnIn, resumed?.state);
  const stateNow = (): State => ({
    ...judgedState(now),
    ...(now.slopes && { slopes: now.slopes }),
    ...record.state,
  });
  for (let move = resumed ? Math.floor(resumed.step / o.chains) : 0; move < total; move++) {
    await turn(move, stateNow);
    const random = shared.context.random('chain', chain, 'move', move);
    const heat = move < burnIn ? move / burnIn : 1;
    const side = move < burnIn ? Math.round(o.widest ** (1 - heat)) : 1 + random.integer(o.block);
    const region = square(random, side, begin);
    const power = o.hottest ** (1 - heat) * shared.power;
    if (shared.curvatures && side === 1) now = await withSlopes(shared, now);
    const { next, hastings } = await (now.slopes && side === 1
      ? proposeGuided(shared, now as Required<Judged>, region, power, random)
      : propose(shared, now, region, random));
    const gain = power * (next.logLikelihood - now.logLikelihood) + hastings;
    const taken = Math.log(random.uniform()) < gain;
    if (taken) now = next;
    if (move < burnIn) continue;
    record.note(now.image, taken);
    if ((move + 1 - burnIn) % (o.thin * sweep) === 0) record.samples.push(now.image);
  }
  return record.state;
}

/** The first image's tokens, of which some are drawn anew: chains are to begin further apart than they end. */
async function firstTokens({ prior, begin, options, context }: Shared, chain: number) {
  const [count] = prior.codebook.shape;
  const random = (...path: (string | number)[]) => context.random('chain', chain, 'first', ...path);
  const chances = random('hidden');
  const hidden = withIds(
    begin,
    begin.ids.map((id) => (chances.uniform() < options.redrawn ? count : id)),
  );
  return unmask(prior, hidden, PARALLEL, { ...context, random, step: async () => {} });
}

/** Steps in which the first tokens are drawn; nothing depends on how well. */
const PARALLEL = 8;

async function propose(
  { prior, images, task, context }: Shared,
  state: Judged,
  region: TokenRegion,
  random: Random,
): Promise<Proposal> {
  const { width } = state.tokens;
  const ids = state.tokens.ids.slice();
  for (let row = 0; row < region.height; row++) {
    const from = (region.top + row) * width + region.left;
    ids.fill(prior.codebook.shape[0], from, from + region.width);
  }
  const drawn = await unmaskOneByOne(prior, withIds(state.tokens, ids), random, context.signal);
  if (drawn.ids.every((id, i) => id === state.tokens.ids[i])) return { next: state, hastings: 0 };
  return { next: await judge(task, await images.redecode(drawn, region, state)), hastings: 0 };
}

async function withSlopes({ task, images, prior }: Shared, state: Judged): Promise<Judged> {
  if (state.slopes) return state;
  return { tokens: state.tokens, ...(await images.slopes(task, embed(state.tokens, prior.codebook))) };
}

/** The same of one token, with what the measurement says of it. */
async function proposeGuided(
  { prior, images, task, context, curvatures }: Shared,
  state: Required<Judged>,
  { top, left }: TokenRegion,
  power: number,
  random: Random,
): Promise<Proposal> {
  const { tokens } = state;
  const place = top * tokens.width + left;
  const now = tokens.ids[place];
  const hidden = withIds(tokens, tokens.ids.with(place, prior.codebook.shape[0]));
  const chances = chancesAt(await prior.logits(hidden, context.signal), place);
  const ahead = guidedLaw(chances, state.slopes, curvatures!, prior, { place, now, power });
  const then = drawToken(ahead, random);
  if (then === now) return { next: state, hastings: 0 };
  const moved = withIds(tokens, tokens.ids.with(place, then));
  const next = { tokens: moved, ...(await images.slopes(task, embed(moved, prior.codebook))) };
  const back = guidedLaw(chances, next.slopes, curvatures!, prior, { place, now: then, power });
  // Where the prior gives what is there no chance at all, whatever has one is better.
  if (chances[now] === 0) return { next, hastings: Number.POSITIVE_INFINITY };
  return { next, hastings: Math.log((chances[then] / chances[now]) * (back[now] / ahead[then])) };
}

/** A square that holds each token with the same chance; at the edges it is cut. */
function square(
  random: Random,
  side: number,
  { height, width }: { height: number; width: number },
): TokenRegion {
  const top = random.integer(height + side - 1) - side + 1;
  const left = random.integer(width + side - 1) - side + 1;
  const [first, start] = [Math.max(0, top), Math.max(0, left)];
  return {
    top: first,
    left: start,
    height: Math.min(height, top + side) - first,
    width: Math.min(width, left + side) - start,
  };
}
