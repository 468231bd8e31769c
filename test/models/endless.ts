/** A graph that never ends: a Loop without a count, whose condition stays true. */
import type { Graph } from '../../models/onnx/graph.js';
import { model, node } from './tiny-models.js';

const body: Graph = {
  name: 'body',
  nodes: [node('Identity', ['going'], ['on']), node('Identity', ['carried'], ['next'])],
  initializers: [],
  inputs: [
    { name: 'turn', type: 'int64', dims: [] },
    { name: 'going', type: 'bool', dims: [] },
    { name: 'carried', type: 'float32', dims: [1, 3, 'h', 'w'] },
  ],
  outputs: [{ name: 'on' }, { name: 'next' }],
};

/** Inputs x [1, 3, h, w] and t [1], output y. */
export const ENDLESS = model({
  nodes: [
    node('Loop', ['', 'true', 'x'], ['looped'], { body: { kind: 'graph', value: body } }),
    node('Mul', ['looped', 't'], ['y']),
  ],
  inputs: [
    { name: 'x', type: 'float32', dims: [1, 3, 'h', 'w'] },
    { name: 't', type: 'float32', dims: [1] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 3, 'h', 'w'] }],
  initializers: [{ name: 'true', type: 'bool', dims: [], data: { bytes: Uint8Array.of(1) } }],
});
