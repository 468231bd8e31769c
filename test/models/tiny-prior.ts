/** A prior in a folder, small enough to be read at a glance: D(x, σ) = w·x + 0·σ. */
import { createHash } from 'node:crypto';
import type { TensorRef, ValueDeclaration } from '../../models/onnx/graph.js';
import { fill } from '../io/folders.js';
import { float32, model, node } from './tiny-models.js';

const image = (name: string): ValueDeclaration => ({ name, type: 'float32', dims: [1, 3, 'h', 'w'] });

/** Its graph, with inputs x and t and output y. */
export function tinyNetwork(w: TensorRef = float32('w', [1], [0.5])): Uint8Array {
  return model({
    nodes: [
      node('Mul', ['x', 'w'], ['kept']),
      node('Mul', ['t', 'zero'], ['none']),
      node('Add', ['kept', 'none'], ['y']),
    ],
    inputs: [image('x'), { name: 't', type: 'float32', dims: [1] }],
    outputs: [image('y')],
    initializers: [w, float32('zero', [1], [0])],
  });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** What its card says, with some fields changed. */
export function tinyCard(network: Uint8Array, change: object = {}): string {
  const card = {
    ...{
      kind: 'diffusion',
      format: 1,
      name: 'tiny',
      summary: 's',
      data: 'd',
      licence: 'l',
      training: 't',
      scores: [],
    },
    model: { path: 'model.onnx', sha256: sha256(network) },
    inputs: { image: 'x', time: 't' },
    outputs: { image: 'y' },
    ...{ channels: 3, parametrisation: 'x0', schedule: { kind: 've' }, time: { form: 'sigma' } },
    ...{ sigmaRange: [0.002, 80], sizeMultiple: 1, receptiveRadius: 0, valueRange: [0, 1] },
    ...change,
  };
  return JSON.stringify(card);
}

/** Writes it into a folder. */
export function writeTinyPrior(folder: string, change: object = {}, network = tinyNetwork()): void {
  fill(folder, { 'model.onnx': network, 'card.json': tinyCard(network, change) });
}
