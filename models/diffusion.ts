/** A diffusion prior whose network is an ONNX graph. */
import {
  type FloatArray,
  floatArray,
  formatShape,
  mapArray,
  type Shape,
  sameShape,
  sizeOf,
  zeros,
} from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import type { DiffusionCard } from './card.js';
import { lastLayerOf, type NetworkCall, type RewritableNetwork } from './last-layer-prior.js';
import { type LevelInput, levelFeeds, levelInput, namedInput, scalarTensor } from './level-input.js';
import { DifferentiableGraph, type GraphModel } from './onnx/differentiable-graph.js';
import type { Session, Tensor, ValueInfo } from './onnx/runtime.js';
import { cut, pad, padAdjoint, paste, roundUp } from './padding.js';
import { type Preconditioning, precondition } from './parametrisation.js';
import type { DiffusionPrior, Footprint, LastLayer } from './prior.js';
import { type NoiseSchedule, noiseSchedule } from './schedule.js';
import type { Embedding } from './text.js';

/** What an ONNX diffusion prior is made of; the runtime becomes its own, and ends with it. */
interface DiffusionModel extends GraphModel {
  readonly card: DiffusionCard;
  /** How large the inputs of the last convolution are, where the card names that file. */
  readonly moments?: Float32Array;
}

/** A diffusion prior whose network may take more than an image and a time. */
export interface FeedablePrior extends DiffusionPrior {
  readonly network: RewritableNetwork;
  /** The same prior, by the same network, with the inputs that take a text's embedding fed. */
  withText(embedding: Embedding): FeedablePrior;
}

/**
 * Opens the network and checks that it is as its card says. A network that takes a text is to be given one by
 * `withText`.
 * @param opened the network, where it is already open.
 * @throws Error naming the model and the input, output or shape that does not agree with the card.
 */
export async function openDiffusionPrior(model: DiffusionModel, opened?: Session): Promise<FeedablePrior> {
  const { source, card } = model;
  const graph = await DifferentiableGraph.open(model, opened);
  const { level, constants, fixedSize } = checkGraph(graph.session, card, source.name);
  return new OnnxDiffusionPrior(model, graph, level, constants, fixedSize);
}

class OnnxDiffusionPrior implements FeedablePrior {
  readonly kind = 'diffusion';
  readonly name: string;
  readonly channels: number;
  readonly sigmaRange: readonly [number, number];
  readonly consistencyLevels?: readonly number[];
  readonly sizeMultiple: number;
  readonly receptiveRadius?: number;
  readonly lastLayer?: LastLayer;
  readonly #schedule: NoiseSchedule;

  constructor(
    readonly model: DiffusionModel,
    readonly graph: DifferentiableGraph,
    readonly level: LevelInput,
    /** What is fed beside the image and the time. */
    readonly others: Readonly<Record<string, Tensor>>,
    readonly fixedSize?: readonly [number, number],
  ) {
    const { card } = model;
    this.name = card.name;
    this.channels = card.channels;
    this.sizeMultiple = fixedSize ? 1 : card.sizeMultiple;
    this.receptiveRadius = card.receptiveRadius;
    const range = card.valueRange[1] - card.valueRange[0];
    this.sigmaRange = [card.sigmaRange[0] / range, card.sigmaRange[1] / range];
    this.consistencyLevels = card.consistencyLevels?.map((sigma) => sigma / range);
    this.#schedule = noiseSchedule(card.schedule);
    const { moments } = model;
    if (moments && card.lastLayer) this.lastLayer = lastLayerOf(this.network, { ...card.lastLayer, moments });
  }

  get workers(): number {
    return this.model.runtime.workers;
  }

  get card(): DiffusionCard {
    return this.model.card;
  }

  get network(): RewritableNetwork {
    const { source, runtime, session, card } = this.model;
    return {
      ...{ source, runtime, session, output: card.outputs.image },
      call: (x, sigma) => this.#call(x, sigma),
      reopened: async (drawn) => {
        const model = { ...this.model, source: drawn, moments: undefined };
        const graph = await DifferentiableGraph.open(model);
        const { level, others, fixedSize } = this;
        return new DrawnPrior(model, graph, level, others, fixedSize);
      },
    };
  }

  #call(x: FloatArray, sigma: number): NetworkCall {
    const conversion = this.#precondition(x, sigma);
    const alone = { ...conversion, skip: 0, shift: 0 };
    return {
      feeds: this.#feeds(x, conversion),
      estimate: (answer) => this.#estimate(x, conversion, answer),
      deviation: (answer) => mapArray(this.#estimate(x, alone, answer), Math.abs),
    };
  }

  withText({ tokens, pooled: row }: Embedding): FeedablePrior {
    const { text, pooled } = this.card.inputs;
    if (text === undefined) throw new Error(`${this.name} takes no text.`);
    if (pooled !== undefined && !row) {
      throw new Error(`${this.name} takes a text in one row too ("${pooled}"), which no text encoder gives.`);
    }
    const others = { ...this.others, [text]: tokens, ...(pooled !== undefined && row && { [pooled]: row }) };
    return new OnnxDiffusionPrior(this.model, this.graph, this.level, others, this.fixedSize);
  }

  async denoise(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<FloatArray> {
    const conversion = this.#precondition(x, sigma);
    const answer = await this.graph.run(this.#feeds(x, conversion), this.card.outputs.image, signal);
    return this.#estimate(x, conversion, answer);
  }

  async linearize(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<Linearization> {
    const conversion = this.#precondition(x, sigma);
    const { inputs, outputs } = this.card;
    const feeds = this.#feeds(x, conversion);
    const { value, pullback, release } = await this.graph.linearize(
      feeds,
      inputs.image,
      outputs.image,
      signal,
    );
    return {
      value: this.#estimate(x, conversion, value),
      pullback: async (v) => this.#gradientOf(v, conversion, await pullback(this.#cotangent(v, conversion))),
      release,
    };
  }

  footprint(height: number, width: number): Footprint {
    const [h, w] = this.#gridSize(height, width);
    return this.graph.footprint(this.card.inputs.image, this.#inputChannels(), h * w);
  }

  /** Ends the runtime, and with it every session and every tensor kept for a pullback. */
  close(): Promise<void> {
    return this.model.runtime.close();
  }

  #precondition(x: FloatArray, sigma: number): Preconditioning {
    const [least, most] = this.sigmaRange;
    if (x.shape.length !== 3 || x.shape[0] !== this.channels) {
      throw new Error(`${this.name} takes images of ${this.channels} channels, not ${formatShape(x.shape)}.`);
    }
    // A level that was computed as the upper end may be off it by rounding.
    if (!(sigma > 0 && sigma <= most * (1 + 1e-6))) {
      throw new RangeError(
        `${this.name} knows noise of σ up to ${most} in [0, 1] units; it was asked for ${sigma}.`,
      );
    }
    return precondition(this.card, this.#schedule, Math.min(Math.max(sigma, least), most));
  }

  /** The extents [height, width] of the network's input for an image. */
  #gridSize(height: number, width: number): readonly [number, number] {
    const [h, w] = this.fixedSize ?? [height, width];
    if (height > h || width > w) {
      throw new Error(`${this.name} takes images of ${h}×${w} only, not ${height}×${width}.`);
    }
    return this.fixedSize ?? [roundUp(height, this.sizeMultiple), roundUp(width, this.sizeMultiple)];
  }

  #gridOf({ shape: [, height, width] }: FloatArray): readonly [number, number] {
    return this.#gridSize(height, width);
  }

  #feeds(x: FloatArray, { inputScale, inputShift, time }: Preconditioning): Record<string, Tensor> {
    const grid = this.#gridOf(x);
    const pixels = affine(inputScale, pad(x, ...grid).data, inputShift);
    const data = this.level.as === 'channel' ? withChannel(pixels, time, grid) : pixels;
    return {
      [this.card.inputs.image]: { type: 'float32', dims: [1, this.#inputChannels(), ...grid], data },
      ...levelFeeds(this.level, time, grid),
      ...this.#sizes(grid),
      ...this.others,
    };
  }

  /** The size that a picture was trained at, where it was cut, and the size asked for: whole, and this one. */
  #sizes(grid: readonly [number, number]): Record<string, Tensor> {
    const { sizes } = this.card;
    if (!sizes) return {};
    const [height, width] = grid.map((extent) => extent * sizes.scale);
    const data = Float32Array.of(height, width, 0, 0, height, width);
    return { [sizes.input]: { type: 'float32', dims: [1, 6], data } };
  }

  /** D from the network's output. */
  #estimate(x: FloatArray, { skip, shift, outputScale }: Preconditioning, output: Tensor): FloatArray {
    const [height, width] = this.#gridOf(x);
    const { channels } = this;
    const expected = [1, this.#outputChannels(), height, width];
    if (output.type !== 'float32' || formatShape(output.dims) !== formatShape(expected)) {
      throw new Error(
        `${this.model.source.name} answers an image of ${formatShape([channels, height, width])} with ${output.type} ` +
          `${formatShape(output.dims)}; its card says float32 ${formatShape(expected)}.`,
      );
    }
    const grid = firstChannels(output, [channels, height, width]);
    const estimate = cut(grid, 0, 0, x.shape[1], x.shape[2]);
    combine(skip, x.data, shift, outputScale, estimate.data);
    return estimate;
  }

  #cotangent(v: FloatArray, { outputScale }: Preconditioning): Tensor {
    const scaled = floatArray(affine(outputScale, v.data, 0), v.shape);
    const shape = [this.#outputChannels(), ...this.#gridOf(v)];
    return { type: 'float32', dims: [1, ...shape], data: amongZeros(scaled, shape).data };
  }

  /** skip·v + inputScale·(∂F)ᵀ(outputScale·v) from what the backward graph gives. */
  #gradientOf(v: FloatArray, { skip, inputScale }: Preconditioning, network: Tensor): FloatArray {
    const [height, width] = this.#gridOf(v);
    const grid = firstChannels(network, [this.channels, height, width]);
    const gradient = padAdjoint(grid, v.shape[1], v.shape[2]);
    combine(skip, v.data, 0, inputScale, gradient.data);
    return gradient;
  }

  #inputChannels(): number {
    return this.level.as === 'channel' ? this.channels + 1 : this.channels;
  }

  #outputChannels(): number {
    return this.card.learnedSigma ? 2 * this.channels : this.channels;
  }
}

/** Shares the runtime of the prior whose weights were drawn, and ends without it. */
class DrawnPrior extends OnnxDiffusionPrior {
  override close(): Promise<void> {
    return this.graph.release();
  }
}

// Plain loops: `map` on a typed array is some ten times as slow, and shows beside a small network.

/** a·x + shift. */
function affine(a: number, x: Float32Array, shift: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * x[i] + shift;
  return out;
}

/** y ← a·x + shift + b·y: what the network gave is read once, and its memory is that of the result. */
function combine(a: number, x: Float32Array, shift: number, b: number, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = a * x[i] + shift + b * y[i];
}

/** Those that are wanted: a network may have more, of its variance or its level. */
function firstChannels({ data }: Tensor, shape: Shape): FloatArray {
  const all = data as Float32Array;
  const size = sizeOf(shape);
  return floatArray(all.length === size ? all : all.slice(0, size), shape);
}

/** An image at the start of a larger shape, zero elsewhere. */
function amongZeros(image: FloatArray, shape: Shape): FloatArray {
  if (sameShape(image.shape, shape)) return image;
  const all = zeros(shape);
  paste(image, all, 0, 0);
  return all;
}

/** One more channel, of the same number at every pixel. */
function withChannel(pixels: Float32Array, value: number, [height, width]: readonly number[]): Float32Array {
  const all = new Float32Array(pixels.length + height * width).fill(value);
  all.set(pixels);
  return all;
}

/**
 * Checks the graph's inputs and outputs against the card; returns how it is told the level, and what else it is fed.
 */
function checkGraph(session: Session, card: DiffusionCard, model: string) {
  const image = namedInput(session, card.inputs.image, model);
  const level = levelInput(session, card, model);
  const output = namedOutput(session, card.outputs.image, model);
  const constants = Object.fromEntries(
    Object.entries(card.constants).map(([name, value]) => [
      name,
      constantTensor(namedInput(session, name, model), value),
    ]),
  );
  const { time, text, pooled } = card.inputs;
  const known = [image.name, time, text, pooled, card.sizes?.input, ...Object.keys(constants)];
  const others = session.inputs.filter(({ name }) => !known.includes(name));
  if (others.length > 0) {
    throw new Error(`${model} has an input "${others[0].name}", which its card does not name.`);
  }
  if (image.type !== 'float32') {
    throw new Error(`${model}: input "${image.name}" takes ${image.type}; expected float32 or float16.`);
  }
  const channels = level.as === 'channel' ? card.channels + 1 : card.channels;
  expectDims(model, `input "${image.name}"`, image, [1, channels]);
  expectDims(model, `output "${output.name}"`, output, [
    1,
    card.learnedSigma ? 2 * card.channels : card.channels,
  ]);
  return { level, constants, fixedSize: fixedSizeOf(image) };
}

function constantTensor(input: ValueInfo, value: number | readonly number[]): Tensor {
  if (typeof value === 'number') return scalarTensor(input, value);
  return { type: 'float32', dims: [1, value.length], data: Float32Array.from(value) };
}

/** The only [height, width] that a graph takes, where it fixes them. */
export function fixedSizeOf({ dims: [, , height, width] }: ValueInfo): readonly [number, number] | undefined {
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : undefined;
}

function namedOutput({ outputs }: Session, name: string, model: string): ValueInfo {
  const value = outputs.find((candidate) => candidate.name === name);
  if (value) return value;
  const found = outputs.map((candidate) => `"${candidate.name}"`).join(', ');
  throw new Error(`${model} has no output "${name}" as its card says; it has ${found}.`);
}

/** Where a graph fixes its batch and channels, they must be the card's. */
function expectDims(model: string, what: string, value: ValueInfo, start: readonly number[]): void {
  const agrees = start.every(
    (extent, axis) => typeof value.dims[axis] === 'string' || value.dims[axis] === extent,
  );
  if (value.dims.length === 4 && agrees) return;
  throw new Error(
    `${model}: ${what} is ${value.dims.join('×')}; its card says ${start.join('×')}×height×width.`,
  );
}
