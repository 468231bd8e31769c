/** What Markov chains of images show after burn-in: samples, and whether the chains agree. */
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { effectiveDraws, splitRHat } from '../../src/core/chain-statistics.js';
import type { State } from '../../src/core/checkpoints.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';

const PIXELS = 10;

/** What one chain has shown so far. */
export class ChainRecord {
  readonly samples: FloatArray[] = [];
  private readonly places: readonly number[];
  /** The values of a few pixels after each move, one move after the other. */
  private readonly traces: Float32Array;
  private moves = 0;
  private accepted = 0;

  /** @param moves that there will be, at most. @param kept of an earlier run. */
  constructor({ size }: FloatArray, moves: number, kept?: State) {
    this.places = spread(size);
    this.traces = new Float32Array(moves * this.places.length);
    if (!kept) return;
    for (let k = 0; kept[`sample ${k}`]; k++) this.samples.push(kept[`sample ${k}`]);
    this.traces.set(kept['traces'].data);
    this.moves = kept['traces'].shape[0];
    [this.accepted] = valuesOf(kept['accepted']);
  }

  /** A move has ended at this image. */
  note({ data }: FloatArray, taken: boolean): void {
    const at = this.moves++ * this.places.length;
    for (const [k, place] of this.places.entries()) this.traces[at + k] = data[place];
    this.accepted += Number(taken);
  }

  /** `sample 0` and so on, `traces` [moves, pixels], and how many moves were taken, `accepted`. */
  get state(): State {
    const shape = [this.moves, this.places.length];
    return {
      ...Object.fromEntries(this.samples.map((sample, k) => [`sample ${k}`, sample])),
      traces: floatArray(this.traces.subarray(0, shape[0] * shape[1]), shape),
      accepted: bitsOf([this.accepted]),
    };
  }
}

/** What the records of finished chains tell. */
export function diagnose(chains: readonly State[]) {
  const traced = spread(chains[0]['sample 0'].size).map((_, k) => chains.map((chain) => traceOf(chain, k)));
  return {
    acceptance: chains.map(({ accepted, traces }) => valuesOf(accepted)[0] / traces.shape[0]),
    effectiveSamples: traced.map((traces) => effectiveDraws(traces)),
    rHat: traced.map((traces) => splitRHat(traces)),
  };
}

function traceOf({ traces }: State, k: number): number[] {
  const [moves, places] = traces.shape;
  return Array.from({ length: moves }, (_, move) => traces.data[move * places + k]);
}

/** Ten places evenly over an image, or as many as it has. */
function spread(size: number): number[] {
  const count = Math.min(PIXELS, size);
  return Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * size) / count));
}
