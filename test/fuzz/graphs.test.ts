/**
 * Networks that were damaged, or put together by somebody who does not mean well: a finite image and a finite gradient,
 * or a sentence that says which part fails. The runtime's process may die of one, this process may not.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { type Attribute, ints, isExternal, type Node, type TensorRef } from '../../models/onnx/graph.js';
import { diffusionPrior } from '../../models/prior.js';
import { problem } from '../../problems/bind.js';
import { type FloatArray, zeros } from '../../src/core/array.js';
import { restore } from '../../src/restore.js';
import { float32, model, node } from '../models/tiny-models.js';
import { writeTinyPrior } from '../models/tiny-prior.js';
import { damaged, expectSentence, parameters, tally } from './damage.js';

const { count, print } = tally('graphs');
afterAll(print);

type Parts = Parameters<typeof model>[0];

/** Two convolutions with a branch around them, drawn down as the noise grows. */
const NETWORK: Parts = {
  nodes: [
    node('Conv', ['x', 'w1', 'b1'], ['h'], { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
    node('Sigmoid', ['h'], ['s']),
    node('Mul', ['h', 's'], ['g']),
    node('ConvTranspose', ['g', 'w2'], ['up'], { strides: ints([2, 2]) }),
    node('Reshape', ['t', 'four'], ['level']),
    node('Mul', ['up', 'level'], ['scaled']),
    node('Concat', ['x', 'scaled'], ['both'], { axis: { kind: 'int', value: 1 } }),
    node('Conv', ['both', 'w3'], ['y']),
  ],
  inputs: [
    { name: 'x', type: 'float32', dims: [1, 3, 'h', 'w'] },
    { name: 't', type: 'float32', dims: [1] },
  ],
  outputs: [{ name: 'y', type: 'float32', dims: [1, 3, 'h', 'w'] }],
  initializers: [
    weights('w1', [4, 3, 3, 3]),
    weights('b1', [4]),
    weights('w2', [4, 3, 2, 2]),
    weights('w3', [3, 6, 1, 1]),
    { name: 'four', type: 'int64', dims: [4], data: { bytes: bytesOf(BigInt64Array.of(1n, 1n, 1n, 1n)) } },
  ],
};

function weights(name: string, dims: readonly number[]): TensorRef {
  const size = dims.reduce((product, extent) => product * extent, 1);
  return float32(
    name,
    dims,
    Array.from({ length: size }, (_, i) => 0.2 * Math.sin(i)),
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

const extent = fc.constantFrom(0, 1, 2, 3, 7, -1, 2 ** 31, 2 ** 40);
const name = fc.constantFrom('x', 't', 'h', 'g', 'up', 'both', 'w1', 'w3', 'four', 'y', 'nowhere', '');
const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  fc.array(fc.constantFrom(-1, 0, 1, 2, 5, 2 ** 31, 2 ** 53), { maxLength: 6 }).map(ints),
  fc.constantFrom(-9, 0, 1, 4, 2 ** 40).map((value): Attribute => ({ kind: 'int', value })),
  fc.constantFrom(0, Number.NaN, 1e38).map((value): Attribute => ({ kind: 'float', value })),
  fc.constantFrom('SAME_UPPER', '', '\u0000').map((value): Attribute => ({ kind: 'string', value })),
);

type Change = (parts: Parts) => Parts;

/** Changes one of the nodes. */
const nodeBy = (edit: fc.Arbitrary<(node: Node) => Node>): fc.Arbitrary<Change> =>
  fc.tuple(fc.nat({ max: 7 }), edit).map(([at, change]) => ({ nodes, ...rest }) => ({
    ...rest,
    nodes: nodes.map((one, i) => (i === at ? change(one) : one)),
  }));

/** Changes one of the weights. */
const weightBy = (edit: fc.Arbitrary<(tensor: TensorRef) => TensorRef>): fc.Arbitrary<Change> =>
  fc.tuple(fc.nat({ max: 4 }), edit).map(([at, change]) => ({ initializers = [], ...rest }) => ({
    ...rest,
    initializers: initializers.map((one, i) => (i === at ? change(one) : one)),
  }));

const rewired = fc.tuple(fc.nat({ max: 2 }), name).map(([at, other]) => (one: Node) => ({
  ...one,
  inputs: one.inputs.map((own, i) => (i === at % one.inputs.length ? other : own)),
}));
const ops = ['Identity', 'Relu', 'Add', 'MatMul', 'Log', 'Div', 'Resize', 'Softmax', 'Gather', 'NoSuchOp'];
const renamed = fc.constantFrom(...ops).map((opType) => (one: Node) => ({ ...one, opType }));
const keys = ['pads', 'strides', 'dilations', 'group', 'kernel_shape', 'axis', 'auto_pad'];
const adjusted = fc.tuple(fc.constantFrom(...keys), attribute).map(([key, value]) => (one: Node) => ({
  ...one,
  attributes: new Map([...one.attributes, [key, value]]),
}));
const reshaped = fc.array(extent, { maxLength: 5 }).map((dims) => (one: TensorRef) => ({ ...one, dims }));
const filled = fc
  .constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 3e38, 0)
  .map((value) => (one: TensorRef) => {
    const bytes = isExternal(one.data) ? 0 : one.data.bytes.length;
    return { ...one, data: { bytes: bytesOf(new Float32Array(bytes / 4).fill(value)) } };
  });
const free = fc.array(fc.oneof(extent, fc.constantFrom('h', 'w', 'q')), { maxLength: 5 });

const change: fc.Arbitrary<Change> = fc.oneof(
  nodeBy(fc.oneof(rewired, renamed, adjusted)),
  weightBy(fc.oneof(reshaped, filled)),
  free.map(
    (dims): Change =>
      (parts) => ({ ...parts, outputs: parts.outputs.map((one) => ({ ...one, dims })) }),
  ),
  free.map(
    (dims): Change =>
      (parts) => ({ ...parts, inputs: parts.inputs.map((one) => ({ ...one, dims })) }),
  ),
);

const changed = fc
  .array(change, { minLength: 1, maxLength: 3 })
  .map((changes) => model(changes.reduce((parts, apply) => apply(parts), NETWORK)));

const image = zeros([3, 6, 8]);
image.data.forEach((_, i) => {
  image.data[i] = 0.5 + 0.3 * Math.sin(i);
});

/** Two steps with a gradient of the network each. */
async function restored(network: Uint8Array): Promise<FloatArray> {
  const folder = mkdtempSync(join(tmpdir(), 'retrodict-fuzz-'));
  writeTinyPrior(folder, { receptiveRadius: undefined, sizeMultiple: 2 }, network);
  try {
    const prior = diffusionPrior(await loadPrior(folder, { timeout: 10 }));
    try {
      const job = { measurement: image, problem: problem('denoise', 'gaussian:sigma=0.1'), prior };
      return (await restore({ ...job, solver: 'dps', samples: 1, options: { steps: 2 } })).mean;
    } finally {
      await prior.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function tried(network: Uint8Array): Promise<void> {
  const mean = await restored(network).catch((error: Error) => error);
  if (mean instanceof Error) {
    expectSentence(mean);
    count('refused');
  } else {
    expect(mean.shape).toEqual(image.shape);
    expect(mean.data.every(Number.isFinite)).toBe(true);
    count('restored');
  }
}

describe('a network', () => {
  it('restores as it is', async () => {
    expect((await restored(model(NETWORK))).shape).toEqual(image.shape);
  });

  it.each([
    { name: 'whose bytes were damaged', networks: damaged([model(NETWORK)]) },
    { name: 'of other shapes, attributes, weights and connections', networks: changed },
  ])('$name restores finite values or fails in a sentence', async ({ networks }) => {
    await fc.assert(fc.asyncProperty(networks, tried), parameters(12));
  });
});
