/**
 * Which emitted nodes run with the forward graph. A derivative such as s + y(1 − s) of SiLU does not depend on the
 * cotangent: computed early it takes one kept value instead of two, and the backward graph has less to do.
 */
import { type Node, readBy } from '../graph.js';
import { ELEMENT_ARRAYS } from '../tensor.js';
import type { ValueTypes } from './emitter.js';

interface Partition {
  /** Nodes to append to the forward graph, with the constants' nodes they read, which may stand in both. */
  readonly early: readonly Node[];
  readonly late: readonly Node[];
}

/**
 * Moves connected groups of nodes that no cotangent reaches, each where what it gives is smaller than what then need
 * not be kept any more.
 * @param nodes of the backward graph, in order
 * @param constants names of the initializers, which are never kept
 * @param types of all values that are known; a group whose results are of unknown size stays
 */
export function partition(
  nodes: readonly Node[],
  cotangents: readonly string[],
  constants: ReadonlySet<string>,
  types: ValueTypes,
): Partition {
  const dependent = new Set(cotangents);
  const fixed = new Set(constants);
  const fixedNodes = new Set<Node>();
  const groupOf = new Map<Node, Set<Node>>();
  const makers = new Map<string, Node>();
  for (const node of nodes) {
    const read = readBy(node);
    if (read.some((name) => dependent.has(name))) {
      for (const name of node.outputs) dependent.add(name);
    } else if (read.every((name) => fixed.has(name))) {
      fixedNodes.add(node);
      for (const name of node.outputs) fixed.add(name);
    } else {
      // It joins the groups it reads from.
      const joined = new Set([node]);
      for (const name of read) {
        const maker = makers.get(name);
        if (maker !== undefined) for (const member of groupOf.get(maker)!) joined.add(member);
      }
      for (const member of joined) groupOf.set(member, joined);
      for (const name of node.outputs) makers.set(name, node);
    }
  }

  const readers = new Map<string, Set<Node>>();
  for (const node of nodes) {
    for (const name of readBy(node)) readers.set(name, (readers.get(name) ?? new Set()).add(node));
  }
  const size = (names: Iterable<string>) =>
    [...names].reduce((total, name) => total + bytesOf(types, name), 0);

  const early = new Set<Node>();
  for (const group of new Set(groupOf.values())) {
    const readOutside = (name: string) =>
      [...(readers.get(name) ?? [])].some((node) => !group.has(node) && !early.has(node));
    const made = new Set([...group].flatMap(({ outputs }) => outputs));
    const given = [...made].filter(readOutside);
    const read = new Set([...group].flatMap(readBy));
    const freed = [...read].filter((name) => !made.has(name) && !fixed.has(name) && !readOutside(name));
    if (size(given) < size(freed)) for (const node of group) early.add(node);
  }
  return {
    early: nodes.filter((node) => early.has(node) || fixedNodes.has(node)),
    late: nodes.filter((node) => !early.has(node)),
  };
}

/** Infinite for what is not known: such a value is never worth giving. */
function bytesOf(types: ValueTypes, name: string): number {
  const found = types.get(name);
  if (found === undefined) return Number.POSITIVE_INFINITY;
  const count = found.dims.reduce<number>((product, extent) => product * Number(extent), 1);
  return count * ELEMENT_ARRAYS[found.type].BYTES_PER_ELEMENT;
}
