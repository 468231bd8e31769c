/**
 * How much memory a network's values take, from its graph alone: every value of an image network has so many numbers
 * per pixel of its input, whatever the size. Products of two activations (attention) grow faster and are not seen.
 */
import { attributeOf, type Graph, type Node } from './graph.js';

/** Numbers per pixel of the network's input. */
export interface GraphFootprint {
  /** The most that are needed at a time when the graph is run. */
  readonly alive: number;
  /** All values together, of which a gradient keeps a part. */
  readonly all: number;
}

/** @param image name of the input that takes the image, [1, channels, height, width]. */
export function graphFootprint(
  { nodes, initializers }: Graph,
  image: string,
  channels: number,
): GraphFootprint {
  const weights = new Map(initializers.map(({ name, dims }) => [name, dims]));
  const lastUse = new Map(nodes.flatMap(({ inputs }, i) => inputs.map((name) => [name, i] as const)));
  const sizes = new Map([[image, channels]]);
  const sizeOf = (name: string) => sizes.get(name) ?? 0;
  let now = channels;
  let alive = channels;
  let all = channels;
  nodes.forEach((node, i) => {
    const size = outputSize(node, node.inputs.map(sizeOf), weights.get(node.inputs[1]));
    for (const name of node.outputs) sizes.set(name, size);
    now += size * node.outputs.length;
    all += size * node.outputs.length;
    alive = Math.max(alive, now);
    for (const name of new Set(node.inputs)) if (lastUse.get(name) === i) now -= sizeOf(name);
  });
  return { alive, all };
}

/** Numbers per pixel of each output; where the graph does not tell, as many as the largest input has. */
function outputSize(node: Node, inputs: readonly number[], weight: readonly number[] | undefined): number {
  const [first = 0] = inputs;
  const group = attributeOf(node, 'group', 'int') ?? 1;
  const stride = (attributeOf(node, 'strides', 'ints') ?? []).reduce((product, step) => product * step, 1);
  switch (node.opType) {
    case 'Conv':
      return weight ? ((first / (weight[1] * group)) * weight[0]) / stride : first;
    case 'ConvTranspose':
      return weight ? (first / weight[0]) * weight[1] * group * stride : first;
    case 'MatMul':
    case 'Gemm':
      return weight?.length === 2 ? (first / weight[0]) * weight[1] : Math.max(...inputs);
    case 'AveragePool':
    case 'MaxPool':
      return first / stride;
    case 'Resize': // nearly always by 2 a side; the scales may be computed
    case 'Upsample':
      return 4 * first;
    case 'Concat':
      return inputs.reduce((sum, size) => sum + size, 0);
    case 'Split':
      return first / node.outputs.length;
    case 'Shape':
      return 0;
    default:
      return Math.max(0, ...inputs);
  }
}
