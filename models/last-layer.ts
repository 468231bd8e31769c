/**
 * What a network does not know: a Laplace approximation of the law of its last layer's weights (MacKay 1992; for
 * denoisers BayesDiff, Kou et al. 2024, arXiv 2310.11142). The last layer is linear in its weights and trained by
 * squares, so the diagonal of its Gauss–Newton matrix is known without derivatives: the mean squares of its inputs.
 *
 *   vₖ = 1 / (1 + N mₖ / s²)
 *
 * with mₖ the mean of φₖ² over places, N the number of observations and s² the mean square of what the layer is off
 * by, all measured on images like those of the training. The 1 is the precision of the prior of the weights.
 *
 * Departures: the published code squares gradients of a sum over pixels, and counts every pixel as one observation,
 * which makes all variances vanish. Neighbours are off together, so that here 8×8 of them count once. The level of the
 * map hangs on that choice, and on how many images were measured; the order of its pixels does not.
 */
import type { FloatArray } from '../src/core/array.js';
import type { Random } from '../src/core/random.js';
import { valuesOf } from './onnx/constants.js';
import type { ModelSource } from './onnx/differentiate.js';
import { attributeOf, type Model } from './onnx/graph.js';
import {
  type LastConvolution,
  lastConvolution,
  withDeviation,
  withFeatures,
  withWeights,
} from './onnx/last-convolution.js';
import { readModel } from './onnx/proto/read.js';
import { writeModel } from './onnx/proto/write.js';
import type { Tensor } from './onnx/runtime.js';
import { withValues } from './onnx/weights.js';

/** As a card and its file say it. */
export interface LayerLaw {
  /** mₖ [C·kh·kw + 1]; the last is that of the bias, 1. */
  readonly moments: Float32Array;
  /** N */
  readonly observations: number;
  /** s² */
  readonly residual: number;
}

/** A graph and its last convolution, whose weights stand in the graph. */
export interface SplitGraph {
  readonly source: ModelSource;
  readonly model: Model;
  readonly last: LastConvolution;
}

/** @throws Error naming the model and what is in the way. */
export async function splitGraph(source: ModelSource, output: string): Promise<SplitGraph> {
  const read = readModel(source.bytes);
  const { weight, bias } = lastConvolution(read, output, source.name);
  const names = [weight.name, ...(bias ? [bias.name] : [])];
  const model = source.read === undefined ? read : await withValues(read, names, source.read);
  return { source, model, last: lastConvolution(model, output, source.name) };
}

/** The variances of the weights [C, kh, kw] of each channel of the answer, and of its bias. */
export function weightVariances({ moments, observations, residual }: LayerLaw): Float32Array {
  return moments.map((moment) => 1 / (1 + (observations * moment) / residual));
}

/** A graph that also says how far its answer is off. */
export function deviatingSource(
  { source, model, last }: SplitGraph,
  output: string,
  law: LayerLaw,
): ModelSource {
  return rewritten(source, withDeviation(model, last, output, lawFor(last, source, law)));
}

/** The graph with weights drawn from their law. */
export function drawnSource({ source, model, last }: SplitGraph, law: LayerLaw, random: Random): ModelSource {
  const deviations = lawFor(last, source, law).map(Math.sqrt);
  const [channels] = last.weight.dims;
  const size = deviations.length - 1;
  const noise = random.normals([channels, size + 1]).data;
  const weights = Float32Array.from(
    valuesOf(last.weight),
    (value, i) => value + deviations[i % size] * noise[Math.floor(i / size) * (size + 1) + (i % size)],
  );
  const centre = last.bias ? valuesOf(last.bias) : new Array<number>(channels).fill(0);
  const bias = Float32Array.from(
    centre,
    (value, channel) => value + deviations[size] * noise[channel * (size + 1) + size],
  );
  return rewritten(source, withWeights(model, last, weights, bias));
}

/**
 * A graph that also gives the features, and how a change of 1 in what the last convolution gives shows in the answer.
 */
export function probingSource({ source, model, last }: SplitGraph, output: string): ModelSource {
  const size = last.weight.dims.slice(1).reduce((product, extent) => product * extent, 1);
  const ofBias = new Float32Array(size + 1);
  ofBias[size] = 1;
  return rewritten(source, withFeatures(withDeviation(model, last, output, ofBias), last));
}

function lawFor({ weight }: LastConvolution, { name }: ModelSource, law: LayerLaw): Float32Array {
  const [, ...kernel] = weight.dims;
  const size = kernel.reduce((product, extent) => product * extent, 1) + 1;
  if (law.moments.length === size) return weightVariances(law);
  throw new Error(`the last layer of ${name} has ${size} weights a channel, its card ${law.moments.length}`);
}

function rewritten(source: ModelSource, model: Model): ModelSource {
  return { ...source, bytes: writeModel(model) };
}

/** The mean of φₖ² over the places of the answer, for each weight [C, kh, kw], and 1 for the bias. */
export function meanSquares(features: Tensor, { node, weight }: LastConvolution): Float64Array {
  const [, channels, rows, columns] = features.dims;
  const [, , tall, wide] = weight.dims;
  const [top, left] = attributeOf(node, 'pads', 'ints') ?? [0, 0];
  const strides = attributeOf(node, 'strides', 'ints') ?? [1, 1];
  const dilations = attributeOf(node, 'dilations', 'ints') ?? [1, 1];
  const [, , down = 0, right = 0] = attributeOf(node, 'pads', 'ints') ?? [];
  const height = Math.floor((rows + top + down - dilations[0] * (tall - 1) - 1) / strides[0]) + 1;
  const width = Math.floor((columns + left + right - dilations[1] * (wide - 1) - 1) / strides[1]) + 1;
  const data = features.data as Float32Array;
  const means = new Float64Array(channels * tall * wide + 1).fill(1);
  for (let k = 0; k < means.length - 1; k++) {
    const channel = Math.floor(k / (tall * wide));
    const row = dilations[0] * (Math.floor(k / wide) % tall) - top;
    const column = dilations[1] * (k % wide) - left;
    let sum = 0;
    for (let i = 0; i < height; i++) {
      const at = row + strides[0] * i;
      if (at < 0 || at >= rows) continue;
      for (let j = 0; j < width; j++) {
        const beside = column + strides[1] * j;
        if (beside >= 0 && beside < columns) sum += data[(channel * rows + at) * columns + beside] ** 2;
      }
    }
    means[k] = sum / (height * width);
  }
  return means;
}

/** Pixels that count as one observation. */
const TOGETHER = 64;

/** What is known of the weights, added up over calls of the network. */
export class LayerFit {
  #sums?: Float64Array;
  #squares = 0;
  #places = 0;
  #images = 0;

  /** How many images were added. */
  get images(): number {
    return this.#images;
  }

  /**
   * One image.
   * @param error of the answer. @param scale of what a change of 1 before it makes there: how far the layer is off.
   */
  add(means: Float64Array, error: FloatArray, scale: FloatArray): void {
    this.#sums ??= new Float64Array(means.length);
    for (let k = 0; k < means.length; k++) this.#sums[k] += means[k];
    this.#squares +=
      error.data.reduce((sum, value, i) => sum + (value / scale.data[i]) ** 2, 0) / error.data.length;
    this.#places += error.shape[1] * error.shape[2];
    this.#images++;
  }

  get law(): LayerLaw {
    const moments = Float32Array.from(this.#sums ?? [], (sum) => sum / this.#images);
    return {
      moments,
      observations: Math.ceil(this.#places / TOGETHER),
      residual: this.#squares / this.#images,
    };
  }
}
