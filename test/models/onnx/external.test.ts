import { expect, it } from 'vitest';
import { externalLocations } from '../../../models/onnx/external.js';
import { float32, model, node } from '../tiny-models.js';

const lying = (name: string, location: string) => ({
  ...float32(name, [2], []),
  data: { location, offset: 0, length: 8 },
});
const value = (name: string) => ({ name, type: 'float32', dims: [2] }) as const;

it('finds the files of weights, in attributes and subgraphs too, once each', () => {
  const inner = {
    name: 'inner',
    nodes: [],
    initializers: [lying('deep', 'deep.bin')],
    inputs: [],
    outputs: [],
  };
  const bytes = model({
    nodes: [
      node('Constant', [], ['c'], { value: { kind: 'tensor', value: lying('t', 'attribute.bin') } }),
      node('If', ['x'], ['y'], { then_branch: { kind: 'graph', value: inner } }),
    ],
    inputs: [value('x')],
    outputs: [value('y')],
    initializers: [lying('a', 'w.bin'), lying('b', 'w.bin'), float32('here', [1], [1])],
  });
  expect(externalLocations(bytes, 'net').sort()).toEqual(['attribute.bin', 'deep.bin', 'w.bin']);
});

it('what is cut off is refused by its name', () => {
  const bytes = model({ nodes: [node('Neg', ['x'], ['y'])], inputs: [value('x')], outputs: [value('y')] });
  expect(() => externalLocations(bytes.subarray(0, bytes.length - 3), 'net')).toThrow(
    'net is no ONNX model, was cut off',
  );
});
