/** Networks whose inputs and outputs are float16, seen through float32. */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { constant } from '../../../models/onnx/constants.js';
import type { Graph } from '../../../models/onnx/graph.js';
import { withFloat32Ends } from '../../../models/onnx/half-precision.js';
import { ModelProtoSchema, TensorProto_DataType } from '../../../models/onnx/proto/onnx_pb.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import type { ElementType } from '../../../models/onnx/tensor.js';
import { model, node } from '../tiny-models.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

/** y = x + x where `double` is true, x otherwise; `twice` is y + y. Branches read x from outside. */
function branching(type: ElementType): Uint8Array {
  const branch = (...nodes: Graph['nodes']): Graph => ({
    name: 'branch',
    nodes,
    initializers: [],
    inputs: [],
    outputs: [{ name: nodes[0].outputs[0] }],
  });
  return model({
    nodes: [
      node('If', ['double'], ['y'], {
        then_branch: { kind: 'graph', value: branch(node('Add', ['x', 'x'], ['sum'])) },
        else_branch: { kind: 'graph', value: branch(node('Identity', ['x'], ['same'])) },
      }),
      node('Mul', ['y', 'two'], ['twice']),
    ],
    inputs: [
      { name: 'x', type, dims: [2] },
      { name: 'double', type: 'bool', dims: [] },
    ],
    outputs: [
      { name: 'y', type, dims: [2] },
      { name: 'twice', type, dims: [2] },
    ],
    initializers: [constant('two', type, [], [2])],
  });
}

test('what goes in and out is float32, under the same names, also where a branch reads it', async () => {
  const { bytes, halfPrecision } = withFloat32Ends(branching('float16'));
  expect(halfPrecision).toBe(true);
  const session = await runtime.open(bytes);
  expect(session.inputs.map(({ name, type }) => [name, type])).toEqual([
    ['x', 'float32'],
    ['double', 'bool'],
  ]);
  for (const double of [0, 1]) {
    const { outputs } = await session.run({
      x: { type: 'float32', dims: [2], data: Float32Array.of(1.5, -0.1) },
      double: { type: 'bool', dims: [], data: Uint8Array.of(double) },
    });
    // −0.1 as float16 has it.
    const y = [1.5, -0.0999755859375].map((value) => value * (1 + double));
    expect([...outputs.y.data]).toEqual(y);
    expect([...outputs.twice.data]).toEqual(y.map((value) => 2 * value));
  }
});

test('one of float32 with a tensor that only ONNX Runtime knows is left to it', () => {
  const message = fromBinary(ModelProtoSchema, branching('float32'));
  message.graph!.initializer[0].dataType = TensorProto_DataType.INT4;
  const bytes = toBinary(ModelProtoSchema, message);
  expect(withFloat32Ends(bytes).bytes).toBe(bytes);
});

test('a model of float32 is left as it is', () => {
  const bytes = branching('float32');
  const { halfPrecision, bytes: same } = withFloat32Ends(bytes);
  expect(halfPrecision).toBe(false);
  expect(same).toBe(bytes);
});
