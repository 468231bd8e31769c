/** A prior in a folder whose network ends in a convolution with many weights: D(x, σ) = W∗sigmoid(V∗x) + b + x/2. */
import { ints } from '../../models/onnx/graph.js';
import { keyedRandom } from '../../src/core/random.js';
import { fill } from '../io/folders.js';
import { float32, model, node } from './tiny-models.js';
import { tinyCard } from './tiny-prior.js';

const FEATURES = 16;
const random = keyedRandom(0, 'convolved', 0);

function scaled(name: string, dims: readonly number[], scale: number) {
  return float32(
    name,
    dims,
    [...random(name).normals(dims).data].map((value) => scale * value),
  );
}

/** W [3, 16, 3, 3] takes 1.7 KB: more than what stands in an outline. */
export function convolvedNetwork(): Uint8Array {
  const image = { type: 'float32' as const, dims: [1, 3, 'h', 'w'] };
  return model({
    nodes: [
      node('Conv', ['x', 'V'], ['h'], { pads: ints([1, 1, 1, 1]) }),
      node('Sigmoid', ['h'], ['phi']),
      node('Conv', ['phi', 'W', 'b'], ['u'], { pads: ints([1, 1, 1, 1]) }),
      node('Mul', ['x', 'half'], ['kept']),
      node('Mul', ['t', 'zero'], ['none']),
      node('Add', ['kept', 'none'], ['skip']),
      node('Add', ['skip', 'u'], ['y']),
    ],
    inputs: [
      { name: 'x', ...image },
      { name: 't', type: 'float32', dims: [1] },
    ],
    outputs: [{ name: 'y', ...image }],
    initializers: [
      scaled('V', [FEATURES, 3, 3, 3], 0.5),
      scaled('W', [3, FEATURES, 3, 3], 0.05),
      scaled('b', [3], 0.1),
      float32('half', [1], [0.5]),
      float32('zero', [1], [0]),
    ],
  });
}

/** Writes it into a folder. */
export function writeConvolvedPrior(folder: string, change: object = {}): void {
  const network = convolvedNetwork();
  fill(folder, { 'model.onnx': network, 'card.json': tinyCard(network, { receptiveRadius: 2, ...change }) });
}
