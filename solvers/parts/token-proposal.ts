/**
 * Where a single token may move to, in Metropolis moves: to one that is wanted, to one nearby in the codebook,
 * anywhere.
 */
import type { FloatArray } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { drawToken, normalise } from './categorical.js';

/** Proposes a token in place of `now`, with log q(now | then) − log q(then | now) for Hastings' correction. */
export type TokenProposal = (
  now: number,
  wanted: number,
  random: Random,
) => { readonly then: number; readonly hastings: number };

/** Shares of the proposals that go to what is wanted, and anywhere. */
const [WANTED, ANYWHERE] = [0.25, 0.1];

/** @param codebook [K, d]: nearby is what is about as far as a token's nearest neighbour. */
export function tokenProposal(codebook: FloatArray): TokenProposal {
  const [count, dimensions] = codebook.shape;
  const squares = (a: number, b: number) => {
    let sum = 0;
    for (let j = 0; j < dimensions; j++) {
      sum += (codebook.data[a * dimensions + j] - codebook.data[b * dimensions + j]) ** 2;
    }
    return sum;
  };
  const width = nearestSquare(count, squares);
  const chances = (from: number, wanted: number) => {
    const near = normalise(
      Float64Array.from({ length: count }, (_, k) =>
        k === from ? 0 : Math.exp(-squares(from, k) / (2 * width)),
      ),
    );
    return near.map(
      (chance, k) => (1 - WANTED - ANYWHERE) * chance + ANYWHERE / count + (k === wanted ? WANTED : 0),
    );
  };
  return (now, wanted, random) => {
    const ahead = chances(now, wanted);
    const then = drawToken(ahead, random);
    return { then, hastings: Math.log(chances(then, wanted)[now] / ahead[then]) };
  };
}

/** The mean squared distance of some tokens from their nearest neighbours. */
function nearestSquare(count: number, squares: (a: number, b: number) => number): number {
  const asked = Math.min(count, 64);
  let sum = 0;
  for (let i = 0; i < asked; i++) {
    const token = Math.floor((i * count) / asked);
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < count; k++) if (k !== token) least = Math.min(least, squares(token, k));
    sum += least / asked;
  }
  return Math.max(sum, Number.MIN_VALUE);
}
