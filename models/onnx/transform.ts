/** A graph from one array to another, such as an encoder or a decoder, between units of ours and its own. */
import { type FloatArray, floatArray, formatShape, mapArray, zeros } from '../../src/core/array.js';
import type { Linearization } from '../../src/core/linearization.js';
import type { Footprint } from '../prior.js';
import { DifferentiableGraph, type GraphModel } from './differentiable-graph.js';
import type { Tensor } from './runtime.js';

/** x ↦ scale·x + shift */
export interface Affine {
  readonly scale: number;
  readonly shift: number;
}

const through = ({ scale, shift }: Affine, x: FloatArray) => mapArray(x, (value) => scale * value + shift);

/** How a graph is called. */
export interface TransformNames {
  readonly input: string;
  readonly output: string;
  /** The answer has twice the channels: mean, which is used, and log-variance. */
  readonly moments?: boolean;
}

/** A graph from one array to another: the first of the two halves of its answer where it has moments. */
export class Transform {
  private constructor(
    readonly graph: DifferentiableGraph,
    readonly part: TransformNames,
  ) {}

  /** @throws Error naming the graph where it has no such input or output. */
  static async open(model: GraphModel, part: TransformNames): Promise<Transform> {
    const graph = await DifferentiableGraph.open(model);
    requireNames(graph, [part.input], [part.output]);
    return new Transform(graph, part);
  }

  /** after(graph(before(x))), of the shape that is expected. */
  async apply(x: FloatArray, before: Affine, after: Affine, shape: readonly number[], signal?: AbortSignal) {
    const answer = await this.graph.run(this.#feeds(x, before), this.part.output, signal);
    return through(after, this.#first(answer, shape));
  }

  async linearize(
    x: FloatArray,
    before: Affine,
    after: Affine,
    shape: readonly number[],
    signal?: AbortSignal,
  ): Promise<Linearization> {
    const { input, output } = this.part;
    const { value, pullback, release } = await this.graph.linearize(
      this.#feeds(x, before),
      input,
      output,
      signal,
    );
    return {
      value: through(after, this.#first(value, shape)),
      pullback: async (v) => {
        const cotangent = zeros(this.#answerShape(shape));
        cotangent.data.set(through({ scale: after.scale, shift: 0 }, v).data);
        const gradient = await pullback({ type: 'float32', dims: cotangent.shape, data: cotangent.data });
        return through({ scale: before.scale, shift: 0 }, floatArray(gradient.data as Float32Array, x.shape));
      },
      release,
    };
  }

  footprint(channels: number, positions: number): Footprint {
    return this.graph.footprint(this.part.input, channels, positions);
  }

  #feeds(x: FloatArray, before: Affine): Record<string, Tensor> {
    const { data } = through(before, x);
    return { [this.part.input]: { type: 'float32', dims: [1, ...x.shape], data } };
  }

  #answerShape([channels, height, width]: readonly number[]): readonly number[] {
    return [1, this.part.moments ? 2 * channels : channels, height, width];
  }

  #first(answer: Tensor, shape: readonly number[]): FloatArray {
    const expected = formatShape(this.#answerShape(shape));
    if (answer.type !== 'float32' || formatShape(answer.dims) !== expected) {
      throw new Error(
        `${this.graph.name} answers with ${answer.type} ${formatShape(answer.dims)}; its card says float32 ${expected}.`,
      );
    }
    const size = shape.reduce((product, extent) => product * extent, 1);
    return floatArray((answer.data as Float32Array).subarray(0, size), shape);
  }
}

/** @throws Error naming the graph and the first input or output that it lacks. */
export function requireNames(
  { name, session }: DifferentiableGraph,
  inputs: readonly string[],
  outputs: readonly string[],
): void {
  for (const [kind, wanted, values] of [
    ['input', inputs, session.inputs],
    ['output', outputs, session.outputs],
  ] as const) {
    const missing = wanted.find((one) => !values.some((value) => value.name === one));
    if (missing === undefined) continue;
    const found = values.map((value) => `"${value.name}"`).join(', ');
    throw new Error(`${name} has no ${kind} "${missing}" as its card says; it has ${found}.`);
  }
}
