/**
 * Runs graphs in float64, slowly and by definition: the truth against which gradients are measured. ONNX Runtime cannot
 * be it, since it has no float64 convolution, and differences of float32 results are too coarse.
 */
import { valuesOf } from '../../../../models/onnx/constants.js';
import { describeNode, type Model } from '../../../../models/onnx/graph.js';
import { convolutions } from './convolution.js';
import { elementwise } from './elementwise.js';
import { linalg } from './linalg.js';
import { movement } from './movement.js';
import { normalisation } from './normalisation.js';
import { reductions } from './reduction.js';
import { resampling } from './resize.js';
import { Attributes, type Kernels, type Value } from './value.js';

export type { Value } from './value.js';

export const kernels: Kernels = {
  ...elementwise,
  ...reductions,
  ...movement,
  ...linalg,
  ...convolutions,
  ...normalisation,
  ...resampling,
};

/** The outputs of a graph in the forms of operator set 18 or later. */
export function interpret(model: Model, feeds: Readonly<Record<string, Value>>): Record<string, Value> {
  const { graph } = model;
  const values = new Map<string, Value>(Object.entries(feeds));
  for (const tensor of graph.initializers) {
    values.set(tensor.name, { dims: tensor.dims, data: Float64Array.from(valuesOf(tensor)) });
  }
  for (const node of graph.nodes) {
    const kernel = kernels[node.opType];
    if (kernel === undefined) throw new Error(`The interpreter does not know ${describeNode(node)}.`);
    const results = kernel(
      node.inputs.map((name) => values.get(name)!),
      new Attributes(node),
    );
    const list = Array.isArray(results) ? (results as readonly Value[]) : [results as Value];
    node.outputs.forEach((name, i) => {
      values.set(name, list[i]);
    });
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name)!]));
}
