/** Reading and writing .onnx files. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { constant, valuesOf } from '../../../../models/onnx/constants.js';
import {
  type Attribute,
  float,
  type Graph,
  int,
  ints,
  type Model,
  readBy,
  text,
} from '../../../../models/onnx/graph.js';
import {
  TensorProto_DataType as DataType,
  ModelProtoSchema,
  TensorProtoSchema,
} from '../../../../models/onnx/proto/onnx_pb.js';
import { readModel } from '../../../../models/onnx/proto/read.js';
import { writeModel } from '../../../../models/onnx/proto/write.js';
import { byReference, byValue } from '../../../../models/onnx/weights.js';
import { TestGraph } from '../test-graph.js';

const folder = fileURLToPath(new URL('../../../fixtures/onnx/', import.meta.url));
const fixtures = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

test.each(fixtures.map(({ name }) => name))('%s is the same after reading and writing', (name) => {
  const bytes = readFileSync(`${folder}${name}/model.onnx`);
  const again = writeModel(readModel(bytes));
  // Read and written once more, nothing changes at all.
  expect(Buffer.compare(writeModel(readModel(again)), again)).toBe(0);
  expect(summary(again) === summary(new Uint8Array(bytes))).toBe(true);
});

/** What a file says, as text, but for what reading leaves out: documentation, metadata, types of inner values. */
function summary(bytes: Uint8Array): string {
  const { irVersion, producerName, opsetImport, graph } = fromBinary(ModelProtoSchema, bytes);
  const leftOut = ['$typeName', '$unknown', 'docString', 'metadataProps', 'valueInfo', 'denotation'];
  return JSON.stringify({ irVersion, producerName, opsetImport, graph }, (key, value) => {
    if (leftOut.includes(key)) return undefined;
    if (typeof value === 'bigint') return `${value}`;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    // Absent and empty read the same.
    return value === '' || (Array.isArray(value) && value.length === 0) ? undefined : value;
  });
}

const empty: Graph = { name: 'inner', nodes: [], initializers: [], inputs: [], outputs: [] };

test('attributes of every kind, and the largest integer', () => {
  const tensor = constant('t', 'float32', [2], [1, 2]);
  const attributes: [string, Attribute][] = [
    ['int', int(-3)],
    ['large', int(2 ** 40 + 1)],
    ['ints', ints([1, -(2 ** 31), 0])],
    ['float', float(0.5)],
    ['floats', { kind: 'floats', value: [0.25, -1] }],
    ['text', text('half_pixel é')],
    ['texts', { kind: 'strings', value: ['a', ''] }],
    ['tensor', { kind: 'tensor', value: tensor }],
    ['tensors', { kind: 'tensors', value: [tensor, tensor] }],
    ['graph', { kind: 'graph', value: empty }],
    ['graphs', { kind: 'graphs', value: [empty, empty] }],
  ];
  const node = {
    opType: 'Custom',
    domain: 'mine',
    name: 'n',
    inputs: ['x', ''],
    outputs: ['y'],
    attributes: new Map(attributes),
  };
  const model: Model = {
    irVersion: 8,
    producer: 'test',
    opsets: new Map([
      ['', 18],
      ['mine', 1],
    ]),
    functions: [],
    graph: {
      ...empty,
      nodes: [node],
      inputs: [{ name: 'x', type: 'float16', dims: ['batch', 3] }],
      outputs: [{ name: 'y' }],
    },
  };
  const again = readModel(writeModel(model));
  expect(stripped(again)).toEqual(stripped(model));
  const end = { ...node, attributes: new Map([['ends', ints([2 ** 63])]]) };
  const bytes = writeModel({ ...model, graph: { ...model.graph, nodes: [end] } });
  expect(fromBinary(ModelProtoSchema, bytes).graph!.node[0].attribute[0].ints).toEqual([2n ** 63n - 1n]);
});

/** Without the offsets that reading adds. */
function stripped(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (value instanceof Map) return [...value].map(stripped);
  if (Array.isArray(value)) return value.map(stripped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'fileOffset')
      .map(([key, one]) => [key, stripped(one)]),
  );
}

describe('tensors', () => {
  const read = (fields: object) => {
    const tensor = create(TensorProtoSchema, { name: 't', dims: [2n], ...fields });
    const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { initializer: [tensor] } }));
    return readModel(bytes).graph.initializers[0];
  };

  test.each([
    ['float32', { dataType: DataType.FLOAT, floatData: [1.5, -2] }, [1.5, -2]],
    ['float64', { dataType: DataType.DOUBLE, doubleData: [0.1, -2] }, [0.1, -2]],
    ['int64', { dataType: DataType.INT64, int64Data: [5n, -2n] }, [5, -2]],
    ['uint64', { dataType: DataType.UINT64, uint64Data: [5n, 2n] }, [5, 2]],
    ['uint32', { dataType: DataType.UINT32, uint64Data: [5n, 2n ** 32n - 1n] }, [5, 2 ** 32 - 1]],
    ['int32', { dataType: DataType.INT32, int32Data: [5, -2] }, [5, -2]],
    ['int8', { dataType: DataType.INT8, int32Data: [5, -2] }, [5, -2]],
    ['bool', { dataType: DataType.BOOL, int32Data: [1, 0] }, [1, 0]],
    ['float16', { dataType: DataType.FLOAT16, int32Data: [0x3e00, 0xc000] }, [1.5, -2]],
  ])('%s in a list of its own', (type, fields, values) => {
    const tensor = read(fields);
    expect(tensor.type).toBe(type);
    expect(valuesOf(tensor)).toEqual(values);
  });

  test('strings and other exotic types are refused by name', () => {
    expect(() => read({ dataType: DataType.STRING, stringData: [] })).toThrow(
      /Tensor "t" has element type STRING; expected/,
    );
    expect(() => read({ dataType: DataType.BFLOAT16 })).toThrow(/BFLOAT16/);
  });

  test('half precision: every value there is, and rounding to even', () => {
    const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
      (bits) => (bits & 0x7c00) !== 0x7c00,
    );
    const bits = { bytes: new Uint8Array(Uint16Array.from(all).buffer) };
    const values = valuesOf({ name: 'h', type: 'float16', dims: [all.length], data: bits });
    const back = constant('h', 'float16', [all.length], values).data;
    expect('bytes' in back && Buffer.compare(back.bytes, bits.bytes)).toBe(0);
    const rounded = constant('h', 'float16', [6], [2049, 2051, 1 + 2 ** -11, 65519, 65520, 2 ** -25]);
    expect(valuesOf(rounded)).toEqual([2048, 2052, 1, 65504, Infinity, 0]);
  });

  test('a model that is none', () => {
    expect(() => readModel(new Uint8Array([1, 2, 3]))).toThrow();
    expect(() => readModel(new Uint8Array())).toThrow('The bytes hold no graph; expected an ONNX model.');
  });
});

test('weights by reference point to the bytes they stand for, wherever the view of the file starts', () => {
  const g = new TestGraph(18);
  const x = g.input('x', [1, 300]);
  const big = g.weights([300, 4]);
  const model = g.model([g.op('MatMul', [x, big]), g.op('Add', [x, g.scalar(2)])]);
  const bytes = writeModel(model);
  const shifted = new Uint8Array(bytes.length + 13).subarray(13);
  shifted.set(bytes);
  const referring = byReference(readModel(shifted), 'm.onnx');
  const tensor = referring.graph.initializers.find(({ name }) => name === big)!;
  expect(tensor.data).toMatchObject({ location: 'm.onnx', length: 4800 });
  const { offset } = tensor.data as { offset: number };
  const original = model.graph.initializers.find(({ name }) => name === big)!.data as { bytes: Uint8Array };
  expect(shifted.subarray(offset, offset + 4800)).toEqual(original.bytes);
  const small = writeModel(referring);
  expect(small.length).toBeLessThan(bytes.length - 4700);
  const restored = byValue(readModel(small), 'm.onnx', shifted);
  expect(Buffer.compare(writeModel(restored), bytes)).toBe(0);
  expect(() => valuesOf(tensor)).toThrow(/are in m.onnx; expected them in the model/);
});

test('what a node reads includes what its branches capture', () => {
  const inner: Graph = {
    ...empty,
    nodes: [
      {
        opType: 'Add',
        domain: '',
        name: '',
        inputs: ['outer', 'own'],
        outputs: ['sum'],
        attributes: new Map(),
      },
    ],
    initializers: [constant('own', 'float32', [], [1])],
    outputs: [{ name: 'sum' }],
  };
  const node = {
    opType: 'If',
    domain: '',
    name: '',
    inputs: ['c', ''],
    outputs: ['y'],
    attributes: new Map([['then_branch', { kind: 'graph', value: inner } as const]]),
  };
  expect(readBy(node)).toEqual(['c', 'outer']);
});

test('any list of integers survives', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 })), (values) => {
      expect(valuesOf(constant('i', 'int64', [values.length], values))).toEqual(
        values.map((value) => value + 0),
      );
    }),
    { seed: 3 },
  );
});
