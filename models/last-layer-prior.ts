/** A network asked about its last layer: how far off it may be, other weights as likely, and how both are measured. */
import type { FloatArray } from '../src/core/array.js';
import type { Random } from '../src/core/random.js';
import { difference } from '../src/core/vector.js';
import {
  deviatingSource,
  drawnSource,
  LayerFit,
  type LayerLaw,
  meanSquares,
  probingSource,
  type SplitGraph,
  splitGraph,
} from './last-layer.js';
import { openGraph } from './onnx/differentiable-graph.js';
import type { ModelSource } from './onnx/differentiate.js';
import { DEVIATION } from './onnx/last-convolution.js';
import type { Runtime, Session, SessionOptions, Tensor } from './onnx/runtime.js';
import type { DiffusionPrior, LastLayer } from './prior.js';

/** One call of a network: what it is fed, and how its answers are read. */
export interface NetworkCall {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** D(x, σ) from the network's answer. */
  estimate(answer: Tensor): FloatArray;
  /** The deviation of D from that of the answer. */
  deviation(answer: Tensor): FloatArray;
}

/** A network of which other graphs can be made. */
export interface RewritableNetwork {
  readonly source: ModelSource;
  readonly runtime: Runtime;
  readonly session: SessionOptions;
  /** The output that is the answer. */
  readonly output: string;
  call(x: FloatArray, sigma: number): NetworkCall;
  /** The same prior by another graph. */
  reopened(source: ModelSource): Promise<DiffusionPrior>;
}

/** What is known of the last layer of a network whose card has measured it. */
export function lastLayerOf(network: RewritableNetwork, law: LayerLaw): LastLayer {
  let [graph, opened]: [Promise<SplitGraph>?, Promise<Session>?] = [];
  const split = () => {
    graph ??= splitGraph(network.source, network.output);
    return graph;
  };
  const open = async () =>
    openGraph({ ...network, source: deviatingSource(await split(), network.output, law) });
  return {
    async deviation(x: FloatArray, sigma: number, signal?: AbortSignal) {
      opened ??= open();
      const { feeds, deviation } = network.call(x, sigma);
      const { outputs } = await (await opened).run(feeds, { fetch: [DEVIATION], signal });
      return deviation(outputs[DEVIATION]);
    },
    async draw(random: Random) {
      return network.reopened(drawnSource(await split(), law, random));
    },
  };
}

/** An image, and one with noise of a level. */
export interface Example {
  readonly clean: FloatArray;
  readonly noisy: FloatArray;
  readonly sigma: number;
}

/**
 * Measures the law of the weights of the last layer.
 * @param examples one an image. @returns the law, and how many images it is of.
 * @throws Error naming the model where its graph cannot be split.
 */
export async function fitLastLayer(
  network: RewritableNetwork,
  examples: AsyncIterable<Example>,
  signal?: AbortSignal,
): Promise<LayerFit> {
  const { output } = network;
  const split = await splitGraph(network.source, output);
  const session = await openGraph({ ...network, source: probingSource(split, output) });
  const { features } = split.last;
  const fit = new LayerFit();
  for await (const { clean, noisy, sigma } of examples) {
    const { feeds, estimate, deviation } = network.call(noisy, sigma);
    const { outputs } = await session.run(feeds, { fetch: [output, features, DEVIATION], signal });
    const error = difference(estimate(outputs[output]), clean);
    fit.add(meanSquares(outputs[features], split.last), error, deviation(outputs[DEVIATION]));
  }
  await session.release();
  return fit;
}
