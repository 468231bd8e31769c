/** Leaving out what results do not need. */
import { type Node, readBy, type TensorRef } from '../graph.js';

/** The nodes and initializers that the values named `results` depend on, in order. */
export function prune(
  nodes: readonly Node[],
  initializers: readonly TensorRef[],
  results: Iterable<string>,
): { nodes: Node[]; initializers: TensorRef[]; read: ReadonlySet<string> } {
  const read = new Set(results);
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => read.has(name))) continue;
    kept.push(node);
    for (const name of readBy(node)) read.add(name);
  }
  return { nodes: kept.reverse(), initializers: initializers.filter(({ name }) => read.has(name)), read };
}
