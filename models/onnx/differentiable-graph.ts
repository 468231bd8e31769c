/** A graph with its gradient: run as it is, or linearized at whatever sizes it is asked for. */
import { leftToCpu } from './beside-webgpu.js';
import type { Differentiation } from './cache.js';
import type { ModelSource, SplitModels } from './differentiate.js';
import { type GraphFootprint, graphFootprint } from './footprint.js';
import { scaledPullback } from './half-precision.js';
import { inHalf } from './in-half.js';
import { Pool } from './pool.js';
import { readModel } from './proto/read.js';
import { writeModel } from './proto/write.js';
import type { Precision, Runtime, Session, SessionOptions, Tensor } from './runtime.js';

export interface GraphModel {
  readonly source: ModelSource;
  readonly runtime: Runtime;
  readonly session: SessionOptions;
  /** How the graphs of `linearize` are made. */
  readonly differentiate: Differentiation;
  /** The numbers that it is computed with; as the graph says when absent. */
  readonly precision?: Precision;
}

/** How many input sizes have their gradient graphs loaded at a time, at least: workers may be at one each. */
const SIZES_LOADED = 2;

interface Gradient {
  readonly models: SplitModels;
  readonly forward: Session;
  readonly backward: Session;
}

/** The value of an output, and J(x)ᵀv for the input that it was linearized with respect to. */
interface TensorLinearization {
  readonly value: Tensor;
  pullback(cotangent: Tensor): Promise<Tensor>;
  /** Gives back what was kept for pullbacks; those after it fail. */
  release(): void;
}

/** The values of several outputs, and Σ Jₖ(x)ᵀvₖ. */
interface TensorLinearizations {
  readonly values: Readonly<Record<string, Tensor>>;
  pullback(cotangents: Feeds): Promise<Tensor>;
  release(): void;
}

type Feeds = Readonly<Record<string, Tensor>>;

export class DifferentiableGraph {
  readonly #gradients: Pool<Gradient>;

  #footprint?: GraphFootprint;

  private constructor(
    readonly model: GraphModel,
    readonly session: Session,
  ) {
    const sizes = Math.max(SIZES_LOADED, 1 + model.runtime.workers);
    this.#gradients = new Pool(sizes, async ({ forward, backward }) => {
      await forward.release();
      await backward.release();
    });
  }

  /**
   * @param opened the graph, where it is already open.
   * @throws Error where ONNX Runtime does not accept the graph.
   */
  static async open(model: GraphModel, opened?: Session): Promise<DifferentiableGraph> {
    return new DifferentiableGraph(model, opened ?? (await openGraph(model)));
  }

  /** What messages call the graph. */
  get name(): string {
    return this.model.source.name;
  }

  /**
   * Bytes that the graph takes on so many pixels. The factors are measured: peaks of the process over what the graph
   * says, for the shipped priors at 256² to 1024².
   */
  footprint(image: string, channels: number, pixels: number): { denoise: number; linearize: number } {
    this.#footprint ??= graphFootprint(readModel(this.model.source.bytes).graph, image, channels);
    const { alive, all } = this.#footprint;
    return { denoise: 1.4 * alive * 4 * pixels, linearize: 0.6 * all * 4 * pixels };
  }

  async run(feeds: Feeds, output: string, signal?: AbortSignal): Promise<Tensor> {
    return (await this.runAll(feeds, [output], signal))[output];
  }

  /**
   * Several outputs at once.
   * @throws Error where the graph fixes a size of an input, and what it is given has another.
   */
  async runAll(feeds: Feeds, fetch: readonly string[], signal?: AbortSignal): Promise<Feeds> {
    this.#requireSize(feeds);
    const { outputs } = await this.session.run(feeds, { fetch, signal });
    return outputs;
  }

  /** `output` at `feeds`, with its derivative with respect to the input `wrt`. */
  async linearize(
    feeds: Feeds,
    wrt: string,
    output: string,
    signal?: AbortSignal,
  ): Promise<TensorLinearization> {
    const { values, pullback, release } = await this.linearizeAll(feeds, wrt, [output], signal);
    return { value: values[output], pullback: (cotangent) => pullback({ [output]: cotangent }), release };
  }

  /** Several outputs at `feeds`, with the derivative of all of them together. */
  async linearizeAll(
    feeds: Feeds,
    wrt: string,
    outputs: readonly string[],
    signal?: AbortSignal,
  ): Promise<TensorLinearizations> {
    this.#requireSize(feeds);
    const lease = await this.#gradient(feeds, wrt, outputs);
    const { forward, backward, models } = lease.value;
    try {
      const run = await forward.run(feeds, { fetch: outputs, keep: models.residuals, signal });
      const { kept } = run;
      const pullback = async (cotangents: Feeds) => {
        const named = Object.entries(cotangents).map(([output, v]) => [models.cotangents[output], v]);
        const result = await backward.run(Object.fromEntries(named), { kept, signal });
        return result.outputs[models.gradients[wrt]];
      };
      const half = this.model.source.halfPrecision || this.model.precision === 'fp16';
      return {
        values: run.outputs,
        pullback: half ? (cotangents) => scaledPullback(pullback, cotangents) : pullback,
        release: () => {
          void kept?.release();
          lease.end();
        },
      };
    } catch (error) {
      lease.end();
      throw error;
    }
  }

  /** Gives the memory of the graph and of its gradients back. */
  async release(): Promise<void> {
    await this.session.release();
    this.#gradients.clear();
  }

  /** Where a graph fixes an extent, what it is given must have it. */
  #requireSize(feeds: Feeds): void {
    for (const { name, dims: taken } of this.session.inputs) {
      const given = feeds[name]?.dims;
      if (given?.length !== taken.length) continue;
      if (given.every((extent, axis) => typeof taken[axis] === 'string' || extent === taken[axis])) continue;
      const [expected, found] = [taken, given].map((dims) => dims.join('×'));
      throw new Error(
        `${this.name} takes ${expected} at its input "${name}", not ${found}: its graph fixes these sizes.`,
      );
    }
  }

  /** The gradient graphs for the sizes of these inputs. */
  #gradient(feeds: Feeds, wrt: string, outputs: readonly string[]) {
    const { runtime, source, differentiate, session, precision } = this.model;
    const graphOf = (bytes: Uint8Array, ends: readonly string[]) => rounded(bytes, source, precision, ends);
    const shapes = Object.entries(feeds).map(([name, { dims }]) => [name, dims] as const);
    return this.#gradients.take(JSON.stringify([shapes, wrt, outputs]), async () => {
      const models = await differentiate(runtime, source, {
        inputShapes: Object.fromEntries(shapes),
        wrt: [wrt],
        outputs,
      });
      const options = { ...session, externalDataFolder: models.externalDataFolder };
      const forward = await openBytes(runtime, graphOf(models.forward, models.residuals), {
        ...options,
        keep: models.residuals,
        name: source.name,
      });
      const halves = forward.outputs.filter(({ type }) => type === 'float16').map(({ name }) => name);
      const backward = await openBytes(runtime, graphOf(models.backward, halves), {
        ...options,
        name: `the gradient of ${source.name}`,
      });
      return { models, forward, backward };
    });
  }
}

/**
 * Opens a graph. Of an outline ONNX Runtime maps the weights where they lie: given the file itself it would hold the
 * whole message beside them until it is done.
 */
export async function openGraph({
  source,
  runtime,
  session,
  precision,
}: Omit<GraphModel, 'differentiate'>): Promise<Session> {
  const { bytes, folder, path, name } = source;
  const options = { ...session, name, ...(folder !== undefined && { externalDataFolder: folder }) };
  if (precision === 'fp16') return openBytes(runtime, rounded(bytes, source, precision), options);
  return folder === undefined && path !== undefined
    ? runtime.open(path, besideDevice(bytes, options))
    : openBytes(runtime, bytes, options);
}

function openBytes(runtime: Runtime, bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  return runtime.open(bytes, besideDevice(bytes, options));
}

function besideDevice(bytes: Uint8Array, options: SessionOptions): SessionOptions {
  return options.device === 'webgpu' ? { ...options, onCpu: leftToCpu(bytes) } : options;
}

/** A graph in this precision; one that is in float16 already stays as it is. */
function rounded(
  bytes: Uint8Array,
  { halfPrecision }: ModelSource,
  precision: Precision | undefined,
  ends: readonly string[] = [],
): Uint8Array {
  if (precision !== 'fp16' || halfPrecision) return bytes;
  return writeModel(inHalf(readModel(bytes), new Set(ends)));
}
