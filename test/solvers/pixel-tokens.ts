/** A masked prior whose tokens are rounded pixels of R0: its laws are sums over all pairs of tokens. */
import { embed, type Tokens } from '../../models/masked/tokens.js';
import type { MaskedPrior } from '../../models/prior.js';
import type { Needs } from '../../solvers/solver.js';
import { gaussianReference } from '../../src/bench/reference.js';
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';

const [LEAST, MOST, COUNT] = [-2.5, 3, 45];
const STEP = (MOST - LEAST) / (COUNT - 1);
const VALUES = Array.from({ length: COUNT }, (_, k) => LEAST + k * STEP);

/** log p of the pair (a, b) at [COUNT·a + b]; the reference is written for u = 2x − 1. */
const CHANCES = VALUES.flatMap((a) =>
  VALUES.map((b) => Math.exp(gaussianReference.mixture.logDensity([2 * a - 1, 2 * b - 1], 0))),
);

export function pixelTokens({ priorVjp, uniform }: Needs): MaskedPrior {
  const codebook = floatArray(Float32Array.from(VALUES), [COUNT, 1]);
  const decode = async ({ data }: FloatArray) => floatArray(data.slice(), [1, 1, 2]);
  const decodeTokens = (tokens: Tokens) => decode(embed(tokens, codebook));
  const logits = (weight: (a: number, b: number) => number) => {
    const sums = zeros([COUNT, 1, 2]);
    for (let a = 0; a < COUNT; a++)
      for (let b = 0; b < COUNT; b++) {
        const chance = CHANCES[COUNT * a + b] * weight(a, b);
        sums.data[2 * a] += chance;
        sums.data[2 * b + 1] += chance;
      }
    return floatArray(
      sums.data.map((sum) => Math.log(sum + 1e-300)),
      sums.shape,
    );
  };
  return {
    kind: 'masked',
    name: 'pixels',
    channels: 1,
    codebook,
    stride: 1,
    gridOf: () => [1, 2],
    tokens: async ({ data }) => ({
      ids: Int32Array.from(data, (x) => Math.max(0, Math.min(COUNT - 1, Math.round((x - LEAST) / STEP)))),
      height: 1,
      width: 2,
    }),
    logits: async ({ ids: [a, b] }) =>
      logits((first, second) => ((a === COUNT || a === first) && (b === COUNT || b === second) ? 1 : 0)),
    ...(uniform && {
      sigmaRange: [1e-3, 5] as const,
      uniformLogits: async ({ ids: [a, b] }: Tokens, sigma: number) => {
        const kept = Math.exp(-sigma);
        const chance = (same: boolean) => (1 - kept) / COUNT + (same ? kept : 0);
        return logits((first, second) => chance(first === a) * chance(second === b));
      },
    }),
    decode,
    decodeTokens,
    redecode: decodeTokens,
    ...(priorVjp && {
      linearizeDecode: async (embeddings: FloatArray) => ({
        value: await decode(embeddings),
        pullback: (v: FloatArray) => floatArray(v.data.slice(), [1, 1, 2]),
        release() {},
      }),
    }),
    close: async () => {},
  };
}
