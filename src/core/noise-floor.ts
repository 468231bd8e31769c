/**
 * Where a picture is flat, so that what is seen there is its noise: many blocks that are equally strong. Which blocks
 * belong together is told by their neighbours; whether they are equally strong, by themselves.
 */
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
    const claim = Math.log2(Math.max(Math.sqrt(variance), FAINT) / USUAL);
    const unlikeness = Math.max(spread, LEAST_SPREAD) + WIDTH[0] * Math.min(width, WIDTH[1]) + CLAIM * claim;
    if (best && best.unlikeness <= unlikeness) continue;
    best = { blocks: blocks.filter(({ energy }) => energy <= EDGE * variance), variance, unlikeness };
  }
  return best;
}
