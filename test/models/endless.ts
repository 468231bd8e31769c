/** Graphs that never end: a Loop without a count, whose condition stays true. */
import type { Graph } from '../../models/onnx/graph.js';
import { model, node } from './tiny-models.js';

const body: Graph = {
  name: 'body',
  nodes: [node('Identity', ['going'], ['on']), node('Identity', ['carried'], ['next'])],
  initializers: [],
  inputs: [
    { name: 'turn', type: 'int64', dims: [] },
    { name: 'going', type: 'bool', dims: [] },
    { name: 'carried', type: 'float32' },
  ],
  outputs: [{ name: 'on' }, { name: 'next' }],
};

const image = { name: 'x', type: 'float32', dims: [1, 3, 'h', 'w'] } as const;
const looped = node('Loop', ['', 'true', 'x'], ['looped'], { body: { kind: 'graph', value: body } });
const initializers = [{ name: 'true', type: 'bool', dims: [], data: { bytes: Uint8Array.of(1) } }] as const;

/** Inputs x [1, 3, h, w] and t [1], output y. */
export const ENDLESS = model({
  nodes: [looped, node('Mul', ['looped', 't'], ['y'])],
  inputs: [image, { name: 't', type: 'float32', dims: [1] }],
  outputs: [{ ...image, name: 'y' }],
  initializers,
});

/** Input x [3, 6, 6], output y of the same shape: an operator. */
export const ENDLESS_OPERATOR = model({
  nodes: [looped, node('Identity', ['looped'], ['y'])],
  inputs: [{ ...image, dims: [3, 6, 6] }],
  outputs: [{ ...image, name: 'y', dims: [3, 6, 6] }],
  initializers,
});
