/** A diffusion prior whose network is an ONNX graph. */
import { type FloatArray, floatArray, formatShape, zeros } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import type { DiffusionCard } from './card.js';
import { DifferentiableGraph, type GraphModel } from './onnx/differentiable-graph.js';
import type { Session, Tensor, ValueInfo } from './onnx/session.js';
import { cut, pad, padAdjoint, paste, roundUp } from './padding.js';
import { type Preconditioning, precondition } from './parametrisation.js';
import type { DiffusionPrior, Footprint } from './prior.js';
import { type NoiseSchedule, noiseSchedule } from './schedule.js';

/** What an ONNX diffusion prior is made of; the runtime becomes its own, and ends with it. */
export interface DiffusionModel extends GraphModel {
  readonly card: DiffusionCard;
}

/** A diffusion prior whose network may take more than an image and a time. */
export interface FeedablePrior extends DiffusionPrior {
  /** The same prior, by the same network, with the input that takes a text's embedding fed. */
  withText(embedding: Tensor): FeedablePrior;
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
  const { time, constants } = checkGraph(graph.session, card, source.name);
  return new OnnxDiffusionPrior(model, graph, time, constants);
}

class OnnxDiffusionPrior implements FeedablePrior {
  readonly kind = 'diffusion';
  readonly name: string;
  readonly channels: number;
  readonly sigmaRange: readonly [number, number];
  readonly sizeMultiple: number;
  readonly receptiveRadius?: number;
  readonly #schedule: NoiseSchedule;

  constructor(
    readonly model: DiffusionModel,
    readonly graph: DifferentiableGraph,
    readonly timeInput: ValueInfo,
    /** What is fed beside the image and the time. */
    readonly others: Readonly<Record<string, Tensor>>,
  ) {
    const { card } = model;
    this.name = card.name;
    this.channels = card.channels;
    this.sizeMultiple = card.sizeMultiple;
    this.receptiveRadius = card.receptiveRadius;
    const range = card.valueRange[1] - card.valueRange[0];
    this.sigmaRange = [card.sigmaRange[0] / range, card.sigmaRange[1] / range];
    this.#schedule = noiseSchedule(card.schedule);
  }

  get card(): DiffusionCard {
    return this.model.card;
  }

  withText(embedding: Tensor): FeedablePrior {
    const { text } = this.card.inputs;
    if (text === undefined) throw new Error(`${this.name} takes no text.`);
    return new OnnxDiffusionPrior(this.model, this.graph, this.timeInput, {
      ...this.others,
      [text]: embedding,
    });
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
    const [h, w] = [height, width].map((extent) => roundUp(extent, this.sizeMultiple));
    return this.graph.footprint(this.card.inputs.image, this.channels, h * w);
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
  #gridSize(x: FloatArray): readonly [number, number] {
    return [roundUp(x.shape[1], this.sizeMultiple), roundUp(x.shape[2], this.sizeMultiple)];
  }

  #feeds(x: FloatArray, { inputScale, inputShift, time }: Preconditioning): Record<string, Tensor> {
    const grid = this.#gridSize(x);
    const image = pad(x, ...grid);
    const data = affine(inputScale, image.data, inputShift);
    return {
      [this.card.inputs.image]: { type: 'float32', dims: [1, this.channels, ...grid], data },
      [this.card.inputs.time]: scalarTensor(this.timeInput, time),
      ...this.others,
    };
  }

  /** D from the network's output. */
  #estimate(x: FloatArray, { skip, shift, outputScale }: Preconditioning, output: Tensor): FloatArray {
    const [height, width] = this.#gridSize(x);
    const { channels } = this;
    const expected = [1, this.#outputChannels(), height, width];
    if (output.type !== 'float32' || formatShape(output.dims) !== formatShape(expected)) {
      throw new Error(
        `${this.model.source.name} answers an image of ${formatShape([channels, height, width])} with ${output.type} ` +
          `${formatShape(output.dims)}; its card says float32 ${formatShape(expected)}.`,
      );
    }
    // Of a network that also estimates its variance the first half of the channels is wanted.
    const used = (output.data as Float32Array).subarray(0, channels * height * width);
    const network = cut(floatArray(used, [channels, height, width]), 0, 0, x.shape[1], x.shape[2]);
    return floatArray(combination(skip, x.data, shift, outputScale, network.data), x.shape);
  }

  #cotangent(v: FloatArray, { outputScale }: Preconditioning): Tensor {
    const scaled = affine(outputScale, v.data, 0);
    const all = zeros([this.#outputChannels(), ...this.#gridSize(v)]);
    paste(floatArray(scaled, v.shape), all, 0, 0);
    return { type: 'float32', dims: [1, ...all.shape], data: all.data };
  }

  /** skip·v + inputScale·(∂F)ᵀ(outputScale·v) from what the backward graph gives. */
  #gradientOf(v: FloatArray, { skip, inputScale }: Preconditioning, network: Tensor): FloatArray {
    const [height, width] = this.#gridSize(v);
    const grid = floatArray(network.data as Float32Array, [this.channels, height, width]);
    const gradient = padAdjoint(grid, v.shape[1], v.shape[2]);
    return floatArray(combination(skip, v.data, 0, inputScale, gradient.data), v.shape);
  }

  #outputChannels(): number {
    return this.card.learnedSigma ? 2 * this.channels : this.channels;
  }
}

// Plain loops: `map` on a typed array is some ten times as slow, and shows beside a small network.

/** a·x + shift. */
function affine(a: number, x: Float32Array, shift: number): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * x[i] + shift;
  return out;
}

/** a·x + shift + b·y. */
function combination(a: number, x: Float32Array, shift: number, b: number, y: Float32Array): Float32Array {
  const out = new Float32Array(x.length);
  for (let i = 0; i < out.length; i++) out[i] = a * x[i] + shift + b * y[i];
  return out;
}

/** Checks the graph's inputs and outputs against the card; returns the input that takes the time, and the constants. */
function checkGraph(session: Session, card: DiffusionCard, model: string) {
  const input = (name: string) => named(session.inputs, name, `${model} has no input`);
  const image = input(card.inputs.image);
  const time = input(card.inputs.time);
  const output = named(session.outputs, card.outputs.image, `${model} has no output`);
  const constants = Object.fromEntries(
    Object.entries(card.constants).map(([name, value]) => [name, scalarTensor(input(name), value)]),
  );
  const known = [image.name, time.name, card.inputs.text, ...Object.keys(constants)];
  const others = session.inputs.filter(({ name }) => !known.includes(name));
  if (others.length > 0) {
    throw new Error(`${model} has an input "${others[0].name}", which its card does not name.`);
  }
  if (image.type !== 'float32') {
    throw new Error(`${model}: input "${image.name}" takes ${image.type}; expected float32 or float16.`);
  }
  expectDims(model, `input "${image.name}"`, image, [1, card.channels]);
  expectDims(model, `output "${output.name}"`, output, [
    1,
    card.learnedSigma ? 2 * card.channels : card.channels,
  ]);
  if (time.dims.length > 1 || !['float32', 'int64', 'int32'].includes(time.type)) {
    throw new Error(
      `${model}: input "${time.name}" is ${time.type} of ${time.dims.length} dimensions; ` +
        `a time is one number, float32, int64 or int32.`,
    );
  }
  return { time, constants };
}

function named(values: readonly ValueInfo[], name: string, missing: string): ValueInfo {
  const value = values.find((candidate) => candidate.name === name);
  if (value) return value;
  const found = values.map((candidate) => `"${candidate.name}"`).join(', ');
  throw new Error(`${missing} "${name}" as its card says; it has ${found}.`);
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

/** One number as the graph's input takes it: rounded where that is a whole number. */
export function scalarTensor(input: ValueInfo, value: number): Tensor {
  const dims = input.dims.map(() => 1);
  if (input.type === 'int64')
    return { type: 'int64', dims, data: BigInt64Array.of(BigInt(Math.round(value))) };
  if (input.type === 'int32') return { type: 'int32', dims, data: Int32Array.of(Math.round(value)) };
  return { type: 'float32', dims, data: Float32Array.of(value) };
}
