import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { valuesOf } from '../../../../models/onnx/constants.js';
import { TensorProto_DataType as DataType, ModelProtoSchema } from '../../../../models/onnx/proto/onnx_pb.js';
import { readModel } from '../../../../models/onnx/proto/read.js';

type Graph = NonNullable<Parameters<typeof create<typeof ModelProtoSchema>>[1]>['graph'];
const bytesOf = (graph: Graph) =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: 'ai.onnx', version: 18n }], graph }),
  );

it('values may stand as raw bytes or in a list of their own kind', () => {
  const raw = new Uint8Array(Float32Array.of(1, 2).buffer);
  const bytes = bytesOf({
    initializer: [
      { name: 'raw', dataType: DataType.FLOAT, dims: [2n], rawData: raw },
      { name: 'floats', dataType: DataType.FLOAT, dims: [2n], floatData: [3, 4] },
      { name: 'longs', dataType: DataType.INT64, dims: [1n], int64Data: [5n] },
      { name: 'bools', dataType: DataType.BOOL, dims: [2n], int32Data: [1, 0] },
    ],
  });
  const { graph, opsets } = readModel(bytes);
  expect(graph.initializers.map(valuesOf)).toEqual([[1, 2], [3, 4], [5], [1, 0]]);
  // Another way to write the standard operators.
  expect([...opsets]).toEqual([['', 18]]);
});

it('a size that is not fixed has a name, its own or one by its place', () => {
  const dims = [
    { value: { case: 'dimValue' as const, value: 3n } },
    { value: { case: 'dimParam' as const, value: 'h' } },
    {},
  ];
  const bytes = bytesOf({
    input: [
      { name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim: dims } } } } },
      { name: 'y' },
    ],
  });
  expect(readModel(bytes).graph.inputs).toEqual([
    { name: 'x', type: 'float32', dims: [3, 'h', 'x_2'] },
    { name: 'y' },
  ]);
});

it('what it does not know is refused by its name', () => {
  expect(() => readModel(new Uint8Array())).toThrow('The bytes hold no graph; expected an ONNX model.');
  const sequence = { case: 'sequenceType' as const, value: {} };
  expect(() => readModel(bytesOf({ input: [{ name: 's', type: { value: sequence } }] }))).toThrow(
    'Value "s" is of kind sequenceType; expected a tensor.',
  );
  expect(() => readModel(bytesOf({ name: 'g', sparseInitializer: [{}] }))).toThrow(
    'Graph "g" has sparse initializers',
  );
});
