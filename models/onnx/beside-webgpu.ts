/**
 * What WebGPU has wrong or not at all, and leaves to the CPU. Its sines and cosines may be off by 2⁻¹¹ (W3C, WebGPU
 * Shading Language, accuracy of built-in functions): networks are told the noise level by them, so that every pixel
 * would be off. ONNX Runtime 1.30 on WebGPU has no MaxPool that tells positions, which gradients ask for, and no
 * antialiased Resize, and takes the wrong values where a Slice goes backwards.
 */
import { valuesOf } from './constants.js';
import { attributeOf, type Graph, isExternal, type Node } from './graph.js';
import { readModel } from './proto/read.js';

/** The names of the nodes of a model that are left to the CPU. */
export function leftToCpu(bytes: Uint8Array): readonly string[] {
  const { graph } = readModel(bytes);
  return graph.nodes.filter((node) => node.name !== '' && isLeft(node, graph)).map(({ name }) => name);
}

function isLeft(node: Node, graph: Graph): boolean {
  switch (node.opType) {
    case 'Sin':
    case 'Cos':
      return true;
    case 'MaxPool':
      return (node.outputs[1] ?? '') !== '';
    case 'Resize':
      return (attributeOf(node, 'antialias', 'int') ?? 0) !== 0;
    case 'Slice':
      return mayGoBackwards(node.inputs[4] ?? '', graph);
    default:
      return false;
  }
}

/** @param steps the name of the steps, '' where they are left out, and 1. */
function mayGoBackwards(steps: string, { initializers }: Graph): boolean {
  if (steps === '') return false;
  const known = initializers.find(({ name }) => name === steps);
  return !known || isExternal(known.data) || valuesOf(known).some((step) => step < 0);
}
