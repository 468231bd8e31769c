/**
 * Where a picture is flat, so that what is seen there is its noise: many blocks that are equally strong. Which blocks
 * belong together is told by their neighbours; whether they are equally strong, by themselves.
 */
import { colourShare } from './channel-products.js';
import type { Block } from './noise-blocks.js';

/** The share of the blocks that is looked for, and the fewest. */
const SHARE = 0.12;
const FEWEST = 24;
/** What blocks of white noise spread by, in the logarithm of their energies; less tells nothing. */
const LEAST_SPREAD = 0.2;
/** Weight of how far apart the neighbours lie, and where it ends. */
const WIDTH = [0.3, 0.7] as const;
/** A strong claim needs strong evidence: what doubling the noise costs, from this level (standard deviation) on. */
const CLAIM = 0.15;
const [USUAL, FAINT] = [6 / 255, 3 / 255];
/** Sensors' noise has all colours and detail hardly any: shares of the variance that is not of the strongest colour. */
const [GREY, COLOURFUL] = [0.05, 0.15] as const;
/** What is left of the cost of a claim then. */
const WITH_COLOURS = 0.4;
/** How much quieter than noise of its brightness, and of any, nothing is; the weight of how many blocks are. */
const [QUIETER_THERE, QUIETER_ANYWHERE] = [2.5, 50] as const;
const [DOUBT, MOST_QUIET] = [2, 0.2] as const;
/** Of a chosen block that holds an edge: so many times the median. */
const EDGE = 4;

export interface Flats {
  readonly blocks: readonly Block[];
  /** Median energy of the blocks: the variance of their noise. */
  readonly variance: number;
  /** How unlike they are, from about 0.2: below 0.6 it is noise that they show. */
  readonly unlikeness: number;
}

/**
 * The most equal of the blocks.
 * @param near a variance that theirs is to be like, within a factor of 4.
 * @returns undefined where there are too few.
 */
export function flattest(among: readonly Block[], near?: number): Flats | undefined {
  const size = Math.max(FEWEST, Math.round(SHARE * among.length));
  if (among.length < 2 * size) return undefined;
  const sorted = [...among].sort((a, b) => a.around - b.around);
  let best: Flats | undefined;
  for (let from = 0; from + size <= sorted.length; from += Math.max(1, Math.floor(size / 6))) {
    const blocks = sorted.slice(from, from + size);
    const energies = blocks.map(({ energy }) => energy).sort((a, b) => a - b);
    const quantile = (share: number) => energies[Math.floor(share * (size - 1))] + 1e-12;
    const variance = quantile(0.5);
    if (near !== undefined && Math.abs(Math.log(variance / near)) > Math.log(4)) continue;
    const spread = Math.log(quantile(0.75) / quantile(0.25)) / 1.35;
    const width = Math.log(blocks[size - 1].around / blocks[0].around);
    const unlikeness =
      Math.max(spread, LEAST_SPREAD) +
      WIDTH[0] * Math.min(width, WIDTH[1]) +
      claimOf(blocks, variance) +
      DOUBT * Math.min(MOST_QUIET, quieterShare(among, blocks, variance));
    if (best && best.unlikeness <= unlikeness) continue;
    best = { blocks: blocks.filter(({ energy }) => energy <= EDGE * variance), variance, unlikeness };
  }
  return best;
}

/** What doubt the claim of so much noise raises; below what is usual it takes doubt away. */
function claimOf(blocks: readonly Block[], variance: number): number {
  const claim = CLAIM * Math.log2(Math.max(Math.sqrt(variance), FAINT) / USUAL);
  if (claim <= 0) return claim;
  const colours = Math.max(0, (colourShare(meanProducts(blocks)) - GREY) / (COLOURFUL - GREY));
  return claim * Math.max(WITH_COLOURS, 1 - colours);
}

/** The mean of the blocks' products. */
function meanProducts(blocks: readonly Pick<Block, 'products'>[]): Float64Array {
  return blocks[0].products.map((_, pair) => {
    return blocks.reduce((sum, { products }) => sum + products[pair], 0) / blocks.length;
  });
}

/** Share of all blocks as bright as these that are far quieter, or of all blocks that are hardly noisy beside these. */
function quieterShare(among: readonly Block[], blocks: readonly Block[], variance: number): number {
  const means = blocks.map(({ mean }) => mean).sort((a, b) => a - b);
  const [low, high] = [means[Math.floor(means.length / 10)], means[Math.floor((9 * means.length) / 10)]];
  let [count, there, anywhere] = [0, 0, 0];
  for (const { mean, energy } of among) {
    if (energy < variance / QUIETER_ANYWHERE) anywhere++;
    if (mean < low || mean > high) continue;
    count++;
    if (energy < variance / QUIETER_THERE) there++;
  }
  return Math.max(count > 0 ? there / count : 0, anywhere / among.length);
}
