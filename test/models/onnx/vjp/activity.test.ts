import { expect, it } from 'vitest';
import type { Node } from '../../../../models/onnx/graph.js';
import { activity } from '../../../../models/onnx/vjp/activity.js';
import { node } from '../../tiny-models.js';

const float = { type: 'float32', dims: [1] } as const;
function active(nodes: readonly Node[], outputs = ['y']) {
  const graph = { name: 'g', nodes, initializers: [], inputs: [{ name: 'x' }], outputs: [] };
  const names = nodes.flatMap(({ outputs: made }) => made);
  const found = activity(graph, new Map(['x', ...names].map((name) => [name, float])), ['x'], outputs);
  return [...found.values].sort();
}

it('a gradient flows where the input reaches and the output is reached', () => {
  const aside = node('Neg', ['x'], ['aside']);
  const fixed = node('Neg', ['w'], ['fixed']);
  expect(active([node('Exp', ['x'], ['a']), aside, fixed, node('Add', ['a', 'fixed'], ['y'])])).toEqual([
    'a',
    'x',
    'y',
  ]);
});

it('none flows through what is constant nearly everywhere', () => {
  expect(active([node('Round', ['x'], ['y'])])).toEqual([]);
});

it('of z + (q − z), a straight-through estimator, only z counts', () => {
  const nodes = [
    node('Round', ['x'], ['q']),
    node('Sub', ['q', 'x'], ['difference']),
    node('Add', ['x', 'difference'], ['y']),
  ];
  expect(active(nodes)).toEqual(['x', 'y']);
});
