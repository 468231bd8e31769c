import { join } from 'node:path';
import { expect, it } from 'vitest';
import { valuesOf } from '../../../models/onnx/constants.js';
import { isExternal } from '../../../models/onnx/graph.js';
import { readModel } from '../../../models/onnx/proto/read.js';
import { byReference, byValue, SMALL, withSmallValues } from '../../../models/onnx/weights.js';
import { weightsIn } from '../../../models/onnx/weights-file.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { float32, model, node } from '../tiny-models.js';

const numbers = Array.from({ length: SMALL / 4 }, (_, i) => i);
const bytes = model({
  nodes: [node('Add', ['large', 'small'], ['y'])],
  inputs: [],
  outputs: [{ name: 'y' }],
  initializers: [float32('large', [numbers.length], numbers), float32('small', [1], [7])],
});

it('large tensors are pointed to, small ones stay, and the file gives them back', () => {
  const pointing = byReference(readModel(bytes), 'net.onnx');
  const [large, small] = pointing.graph.initializers;
  expect([isExternal(large.data), isExternal(small.data)]).toEqual([true, false]);
  const [again] = byValue(pointing, 'net.onnx', bytes).graph.initializers;
  expect(valuesOf(again)).toEqual(numbers);
  expect(byValue(pointing, 'other.onnx', bytes).graph.initializers[0]).toEqual(large);
});

it('small tensors in another file are read, large ones are not', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'w.bin': new Uint8Array(Float32Array.of(0, 1, 2).buffer) });
  const lying = (length: number) => ({ location: 'w.bin', offset: 4, length });
  const read = readModel(bytes);
  const initializers = [
    { ...float32('s', [2], []), data: lying(8) },
    { ...float32('l', [SMALL], []), data: lying(4 * SMALL) },
  ];
  const { graph } = await withSmallValues(
    { ...read, graph: { ...read.graph, initializers } },
    weightsIn(folder),
  );
  expect(valuesOf(graph.initializers[0])).toEqual([1, 2]);
  expect(isExternal(graph.initializers[1].data)).toBe(true);
  const gone = {
    ...read,
    graph: { ...read.graph, initializers: [{ ...initializers[0], data: { ...lying(8), location: 'none' } }] },
  };
  await expect(withSmallValues(gone, weightsIn(folder))).rejects.toThrow(join(folder, 'none'));
});
