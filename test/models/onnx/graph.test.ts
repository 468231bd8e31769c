import { expect, it } from 'vitest';
import {
  attributeOf,
  describeNode,
  type Graph,
  int,
  readBy,
  subgraphs,
  text,
} from '../../../models/onnx/graph.js';
import { node } from '../tiny-models.js';

const inner: Graph = {
  name: 'inner',
  nodes: [node('Add', ['own', 'outer'], ['sum']), node('Neg', ['sum'], ['result'])],
  initializers: [],
  inputs: [{ name: 'own' }],
  outputs: [{ name: 'result' }, { name: 'far' }],
};
const branch = node('If', ['condition', ''], ['y'], { then_branch: { kind: 'graph', value: inner } });

it('a node reads its inputs and what its subgraphs take from outside', () => {
  expect(subgraphs(branch)).toEqual([inner]);
  expect(readBy(branch)).toEqual(['condition', 'outer', 'far']);
});

it('messages name a node, or what it makes', () => {
  expect(describeNode(branch)).toBe('If (node "y")');
  expect(describeNode({ ...branch, name: 'n', domain: 'mine' })).toBe('mine.If (node "n")');
});

it('an attribute is of the kind that is asked for, or not there', () => {
  const one = node('Concat', ['a'], ['b'], { axis: int(1), mode: text('x') });
  expect([attributeOf(one, 'axis', 'int'), attributeOf(one, 'other', 'int')]).toEqual([1, undefined]);
  expect(() => attributeOf(one, 'mode', 'int')).toThrow(
    'Concat (node "b") has attribute mode of kind string; expected int.',
  );
});
