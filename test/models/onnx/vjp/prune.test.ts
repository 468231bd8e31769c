import { expect, it } from 'vitest';
import { prune } from '../../../../models/onnx/vjp/prune.js';
import { float32, node } from '../../tiny-models.js';

it('keeps what the results depend on, in order, and nothing else', () => {
  const nodes = [node('Neg', ['x'], ['a']), node('Abs', ['x'], ['b']), node('Add', ['a', 'w'], ['y'])];
  const weights = [float32('w', [1], [1]), float32('unused', [1], [2])];
  const { nodes: kept, initializers, read } = prune(nodes, weights, ['y']);
  expect(kept.map(({ opType }) => opType)).toEqual(['Neg', 'Add']);
  expect(initializers.map(({ name }) => name)).toEqual(['w']);
  expect([...read].sort()).toEqual(['a', 'w', 'x', 'y']);
});
