/** A prior that counts what is asked of it, so that solvers need not, and is held to finite values. */

import type { FloatArray } from '../src/core/array.js';
import { finite, finiteLinearization } from '../src/core/finite.js';
import type { Linearization } from '../src/core/linearization.js';
import type { BusyClock } from './busy-clock.js';
import type { Tokens } from './masked/tokens.js';
import {
  type CompressivePrior,
  type Conditioning,
  type DiffusionPrior,
  descriptionOf,
  type LastLayer,
  type LatentPrior,
  type MaskedPrior,
  type Prior,
} from './prior.js';

export interface Counters {
  /** Forward passes of the network over the whole image. */
  networkEvaluations: number;
  /** Vector-Jacobian products with the network. */
  vjps: number;
  /** Where it is to be known how long the networks are at work. */
  readonly clock?: BusyClock;
}

/** What a network does, on the clock. */
function timed<T>({ clock }: Counters, run: () => Promise<T>): Promise<T> {
  return clock ? clock.during(run) : run();
}

/**
 * The same prior; every use is added to `counters`, and fails by the prior's name where it gives values that are not
 * finite. Of an autoencoder the decoder is counted, and the model of codes where it is a diffusion.
 */
export function counted(prior: Prior, counters: Counters): Prior {
  if (prior.kind === 'diffusion') return countedDiffusion(prior, counters);
  if (prior.kind === 'masked') return countedMasked(prior, counters);
  const decoder = countedDecoder(prior, counters);
  if (prior.kind === 'compressive') return { ...prior, ...decoder } as CompressivePrior;
  const { condition, negation } = prior;
  return {
    ...prior,
    ...decoder,
    codes: countedDiffusion(prior.codes, counters),
    ...(condition && {
      condition: async (text: string, options?: Conditioning) =>
        counted(await condition(text, options), counters) as LatentPrior,
    }),
    ...(negation && {
      negation: {
        ...negation,
        moved: (shift: Float32Array) => counted(negation.moved(shift), counters) as LatentPrior,
      },
    }),
  };
}

/** Of a masked prior all of its networks; what is decoded anew counts, however small the part. */
function countedMasked(prior: MaskedPrior, counters: Counters): MaskedPrior {
  const decoded = async (run: () => Promise<FloatArray>) => {
    counters.networkEvaluations++;
    return finite(`the decoder of prior ${prior.name}`, prior.codebook, () => timed(counters, run));
  };
  const lawful = async (run: () => Promise<FloatArray>) => {
    counters.networkEvaluations++;
    const logits = await timed(counters, run);
    // A token may have no chance at all: −∞.
    const lost = logits.data.findIndex((value) => !(value < Number.POSITIVE_INFINITY));
    if (lost < 0) return logits;
    throw new Error(`the prior ${prior.name} gives the logit ${logits.data[lost]} (value ${lost})`);
  };
  const { uniformLogits } = prior;
  return {
    ...prior,
    ...countedDecoder(prior, counters),
    decodeTokens: (tokens, signal) => decoded(() => prior.decodeTokens(tokens, signal)),
    redecode: (tokens, region, before, signal) =>
      decoded(() => prior.redecode(tokens, region, before, signal)),
    logits: (tokens, signal) => lawful(() => prior.logits(tokens, signal)),
    ...(uniformLogits && {
      uniformLogits: (tokens: Tokens, sigma: number, signal?: AbortSignal) =>
        lawful(() => uniformLogits(tokens, sigma, signal)),
    }),
  };
}

function countedDecoder(prior: LatentPrior | CompressivePrior | MaskedPrior, counters: Counters) {
  const part = `the decoder of prior ${prior.name}`;
  const { linearizeDecode } = prior;
  return {
    decode(code: FloatArray, signal?: AbortSignal) {
      counters.networkEvaluations++;
      return finite(part, code, () => timed(counters, () => prior.decode(code, signal)));
    },
    ...(linearizeDecode && {
      async linearizeDecode(code: FloatArray, signal?: AbortSignal) {
        counters.networkEvaluations++;
        const decoded = await finiteLinearization(part, code, () =>
          timed(counters, () => linearizeDecode(code, signal)),
        );
        return countedLinearization(decoded, counters);
      },
    }),
  };
}

function countedDiffusion(prior: DiffusionPrior, counters: Counters): DiffusionPrior {
  const { inParts } = prior;
  const others: Counters = { networkEvaluations: 0, vjps: 0, clock: counters.clock };
  const counting: DiffusionPrior = {
    ...descriptionOf(prior),
    denoise(x, sigma, signal) {
      counters.networkEvaluations++;
      return finite(`the prior ${prior.name}`, x, () =>
        timed(counters, () => prior.denoise(x, sigma, signal)),
      );
    },
    ...(prior.lastLayer && { lastLayer: countedLayer(prior.lastLayer, counters) }),
    // The first part stands for the whole image.
    ...(inParts && {
      inParts: (arrays, work) =>
        inParts(arrays, (windows, inner, part, parts) =>
          work(windows, countedDiffusion(inner, part === 0 ? counters : others), part, parts),
        ),
    }),
  };
  if (prior.linearize === undefined) return counting;
  return {
    ...counting,
    async linearize(x, sigma, signal) {
      counters.networkEvaluations++;
      const part = `the prior ${prior.name}`;
      const linearization = await finiteLinearization(part, x, () =>
        timed(counters, () => prior.linearize!(x, sigma, signal)),
      );
      return countedLinearization(linearization, counters);
    },
  };
}

function countedLayer(layer: LastLayer, counters: Counters): LastLayer {
  return {
    deviation(x, sigma, signal) {
      counters.networkEvaluations++;
      return timed(counters, () => layer.deviation(x, sigma, signal));
    },
    draw: async (random) => countedDiffusion(await layer.draw(random), counters),
  };
}

function countedLinearization(linearization: Linearization, counters: Counters): Linearization {
  return {
    value: linearization.value,
    pullback(v) {
      counters.vjps++;
      return timed(counters, async () => linearization.pullback(v));
    },
    release: () => linearization.release(),
  };
}
