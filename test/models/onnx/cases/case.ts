import type { TestGraph } from '../test-graph.js';

/** A graph to differentiate with respect to all its floating-point inputs. */
export interface Case {
  readonly name: string;
  /** Operator set; 18 when absent. */
  readonly opset?: number;
  /** Declares inputs, and returns the outputs. */
  build(graph: TestGraph): string | readonly string[];
  /** Inputs are normal numbers of this spread around this centre; 1 and 0 when absent. */
  readonly spread?: number;
  readonly centre?: number;
  /** Largest error allowed, where float32 or float16 cannot do as well as elsewhere. */
  readonly tolerance?: number;
}

/** A case with one input x. */
export function withX(
  name: string,
  dims: readonly number[],
  build: (graph: TestGraph, x: string) => string | readonly string[],
  options: Omit<Case, 'name' | 'build'> = {},
): Case {
  return { ...options, name, build: (graph) => build(graph, graph.input('x', dims)) };
}
