/** Three tokens of three kinds with a Markov prior, all of whose laws are sums over 27 states. */
import { embed, type Tokens } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { denseProblem } from '../exact/dense.js';

const START = [0.5, 0.3, 0.2];
const NEXT = [
  [0.7, 0.2, 0.1],
  [0.2, 0.6, 0.2],
  [0.1, 0.3, 0.6],
];
export const VALUES = [-1, 0, 1];

/** The states, the last token fastest: state 9a + 3b + c is (a, b, c). */
const STATES = Array.from({ length: 27 }, (_, k) => [Math.floor(k / 9), Math.floor(k / 3) % 3, k % 3]);

export const stateOf = ({ ids }: Pick<Tokens, 'ids'>) => 9 * ids[0] + 3 * ids[1] + ids[2];

/** The state of an image of tokens. */
export const stateOfImage = ({ data }: FloatArray) =>
  stateOf({ ids: Int32Array.from(data, (value) => Math.round(value) + 1) });

export const PRIOR = STATES.map(([a, b, c]) => START[a] * NEXT[a][b] * NEXT[b][c]);

export const tokenProblem = denseProblem(
  [
    [0.5, 0.5, 0],
    [0, 0.5, 0.5],
  ],
  0.4,
  [1, 1, 3],
);
export const tokenMeasurement = floatArray(Float32Array.of(0.2, 0.6), [2]);

/** log p(y | x), but for a constant. */
export const LOG_LIKELIHOOD = STATES.map((state) => {
  const [a, b, c] = state.map((token) => VALUES[token]);
  return -((0.2 - (a + b) / 2) ** 2 + (0.6 - (b + c) / 2) ** 2) / (2 * 0.4 ** 2);
});

export const POSTERIOR = normalised(PRIOR.map((p, k) => p * Math.exp(LOG_LIKELIHOOD[k])));

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Total variation between two laws of states, or counts of draws, neither of which need sum to 1. */
export function totalVariation(law: readonly number[], found: readonly number[]): number {
  const [one, other] = [normalised(law), normalised(found)];
  return 0.5 * one.reduce((sum, p, k) => sum + Math.abs(p - other[k]), 0);
}

/** A masked prior of images of one row whose decoder does nothing: the exact law of its tokens under `law`. */
export function tokenPrior(law: readonly number[] = PRIOR): MaskedPrior {
  const codebook = floatArray(Float32Array.from(VALUES), [3, 1]);
  const decode = async (embeddings: FloatArray) => floatArray(embeddings.data.slice(), [1, 1, 3]);
  const decodeTokens = (tokens: Tokens) => decode(embed(tokens, codebook));
  /** Logits [3, 1, 3] of each token where a state has the weight `law · chance`. */
  const marginals = (chance: (state: readonly number[]) => number) => {
    const sums = zeros([3, 1, 3]);
    for (const [k, state] of STATES.entries()) {
      state.forEach((token, l) => {
        sums.data[3 * token + l] += law[k] * chance(state);
      });
    }
    return floatArray(sums.data.map(Math.log), sums.shape);
  };
  return {
    kind: 'masked',
    name: 'three tokens',
    channels: 1,
    codebook,
    stride: 1,
    gridOf: () => [1, 3],
    tokens: async (image) => ({
      ids: Int32Array.from(image.data, (value) => Math.max(0, Math.min(2, Math.round(value) + 1))),
      height: 1,
      width: 3,
    }),
    logits: async ({ ids }) =>
      marginals((state) => (state.every((token, l) => ids[l] === 3 || ids[l] === token) ? 1 : 0)),
    uniformLogits: async ({ ids }, sigma) => {
      const kept = Math.exp(-sigma);
      return marginals((state) =>
        state.reduce((chance, token, l) => chance * ((1 - kept) / 3 + (token === ids[l] ? kept : 0)), 1),
      );
    },
    sigmaRange: [1e-6, 20],
    decode,
    decodeTokens,
    redecode: decodeTokens,
    linearizeDecode: async (embeddings) => ({
      value: await decode(embeddings),
      pullback: (v) => floatArray(v.data.slice(), [1, 1, 3]),
      release() {},
    }),
    close: async () => {},
  };
}

/** How many tokens of two states differ. */
export function differing(a: number, b: number): number {
  return STATES[a].filter((token, l) => token !== STATES[b][l]).length;
}
