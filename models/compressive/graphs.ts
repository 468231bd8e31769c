/** The graphs of a compressive prior. */
import { type FloatArray, floatArray, formatShape, type Shape } from '../../src/core/array.js';
import type { CompressiveCard } from '../card.js';
import { DifferentiableGraph, type GraphModel } from '../onnx/differentiable-graph.js';
import type { Tensor } from '../onnx/runtime.js';
import { requireNames, Transform } from '../onnx/transform.js';
import type { PriorFiles } from '../prior-files.js';

/** What a compressive prior is made of; the runtime becomes its own, and ends with it. */
export interface CompressiveModel extends Omit<GraphModel, 'source'> {
  readonly card: CompressiveCard;
  readonly files: PriorFiles;
}

type Part = 'encoder' | 'decoder' | 'spread' | 'hyper-decoder';

async function sourceOf({ card, files }: CompressiveModel, part: Part) {
  const { externalData, ...model } = card.graphs[part]!;
  return files.graph({ model, externalData });
}

export async function openTransform(model: CompressiveModel, part: 'decoder' | 'spread'): Promise<Transform> {
  const { inputs, outputs } = model.card;
  const names = { input: inputs[part]![0], output: outputs[part]![0] };
  return Transform.open({ ...model, source: await sourceOf(model, part) }, names);
}

export async function openPart(
  model: CompressiveModel,
  part: 'encoder' | 'hyper-decoder',
): Promise<DifferentiableGraph> {
  const graph = await DifferentiableGraph.open({ ...model, source: await sourceOf(model, part) });
  requireNames(graph, model.card.inputs[part]!, model.card.outputs[part]!);
  return graph;
}

/** The answer of a graph as a code: the first of its two halves where it has moments. */
export function codeOf(
  { type, dims, data }: Tensor,
  shape: Shape,
  moments: boolean,
  graph: string,
): FloatArray {
  const [channels, height, width] = shape;
  const expected = formatShape([1, moments ? 2 * channels : channels, height, width]);
  if (type !== 'float32' || formatShape(dims) !== expected) {
    throw new Error(`${graph} answers with ${type} ${formatShape(dims)}; its card says float32 ${expected}.`);
  }
  return floatArray((data as Float32Array).slice(0, channels * height * width), shape);
}

/** An array as a batch of one. */
export function tensorOf({ data, shape }: FloatArray): Tensor {
  return { type: 'float32', dims: [1, ...shape], data };
}
