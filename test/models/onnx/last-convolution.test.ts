import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { valuesOf } from '../../../models/onnx/constants.js';
import { int, ints, type Model, type Node, text } from '../../../models/onnx/graph.js';
import {
  DEVIATION,
  lastConvolution,
  withDeviation,
  withFeatures,
  withWeights,
} from '../../../models/onnx/last-convolution.js';
import { readModel } from '../../../models/onnx/proto/read.js';
import { writeModel } from '../../../models/onnx/proto/write.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { keyedRandom } from '../../../src/core/random.js';
import { float32, model, node } from '../tiny-models.js';

const random = keyedRandom(0, 'last convolution', 0);
const normals = (name: string, dims: number[]) => float32(name, dims, [...random(name).normals(dims).data]);
let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

/** Two convolutions; the answer of the last is shuffled into pixels, scaled by t and added to the input. */
function network(after: readonly Node[] = [node('Add', ['scaled', 'x'], ['y'])], bias = true): Model {
  return readModel(
    model({
      nodes: [
        node('Conv', ['x', 'first'], ['h'], { pads: ints([1, 1, 1, 1]), strides: ints([2, 2]) }),
        node('Sigmoid', ['h'], ['phi']),
        node('Conv', bias ? ['phi', 'w', 'b'] : ['phi', 'w'], ['u'], { pads: ints([1, 1, 1, 1]) }),
        node('DepthToSpace', ['u'], ['pixels'], { blocksize: int(2), mode: text('CRD') }),
        node('Mul', ['pixels', 't'], ['scaled']),
        ...after,
      ],
      inputs: [
        { name: 'x', type: 'float32', dims: [1, 1, 4, 4] },
        { name: 't', type: 'float32', dims: [1] },
      ],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 1, 4, 4] }],
      initializers: [normals('first', [2, 1, 3, 3]), normals('w', [4, 2, 3, 3]), normals('b', [4])],
    }),
  );
}

const x = { type: 'float32', dims: [1, 1, 4, 4], data: random('x').normals([16]).data } as const;
const feeds = { x, t: { type: 'float32', dims: [1], data: Float32Array.of(-0.7) } } as const;

async function run(changed: Model, fetch: string): Promise<Float32Array> {
  const session = await runtime.open(writeModel(changed));
  const { outputs } = await session.run(feeds, { fetch: [fetch] });
  await session.release();
  return outputs[fetch].data as Float32Array;
}

describe('a graph split at its last convolution', () => {
  it('is found, with what follows it', () => {
    const last = lastConvolution(network(), 'y', 'net');
    expect([last.features, last.weight.name, last.bias?.name]).toEqual(['phi', 'w', 'b']);
    expect(last.tail.map(({ opType }) => opType)).toEqual(['DepthToSpace', 'Mul', 'Add']);
  });

  it('gives its features', async () => {
    const features = await run(withFeatures(network(), lastConvolution(network(), 'y', 'net')), 'phi');
    expect(features.length).toBe(8);
    expect(Math.min(...features)).toBeGreaterThan(0);
  });

  it.each([true, false])(
    'says how far the answer is off: all derivatives, brute force (bias: %s)',
    async (bias) => {
      const whole = network(undefined, bias);
      const last = lastConvolution(whole, 'y', 'net');
      const variances = Float32Array.from(random('variances').normals([19]).data, (value) => value ** 2);
      const weights = Float32Array.from(valuesOf(last.weight));
      const offset = Float32Array.from(last.bias ? valuesOf(last.bias) : [0, 0, 0, 0]);
      const centre = await run(whole, 'y');
      const expected = new Float64Array(16);
      const add = async (changed: Model, variance: number) => {
        const moved = await run(changed, 'y');
        for (let i = 0; i < 16; i++) expected[i] += (moved[i] - centre[i]) ** 2 * variance;
      };
      for (let k = 0; k < weights.length; k++) {
        const one = weights.map((value, i) => (i === k ? value + 1 : value));
        await add(withWeights(whole, last, one, offset), variances[k % 18]);
      }
      for (let k = 0; k < 4; k++) {
        const one = offset.map((value, i) => (i === k ? value + 1 : value));
        await add(withWeights(whole, last, weights, one), variances[18]);
      }
      const deviation = await run(withDeviation(whole, last, 'y', variances), DEVIATION);
      deviation.forEach((value, i) => {
        expect(value).toBeCloseTo(Math.sqrt(expected[i]), 4);
      });
    },
  );

  it.each([
    ['what is not affine', [node('Tanh', ['scaled'], ['y'])], /last convolution comes Tanh/],
    ['a quotient by it', [node('Div', ['x', 'scaled'], ['y'])], /comes Div/],
    ['its square', [node('Mul', ['scaled', 'scaled'], ['y'])], /comes Mul/],
  ])('is refused before %s', (_, after, message) => {
    expect(() => lastConvolution(network(after), 'y', 'net')).toThrow(message);
  });

  it('is refused where there is none, or its weights are computed', () => {
    const bare = readModel(
      model({
        nodes: [node('Relu', ['x'], ['y'])],
        inputs: [{ name: 'x', type: 'float32', dims: [1, 1, 4, 4] }],
        outputs: [{ name: 'y', type: 'float32', dims: [1, 1, 4, 4] }],
      }),
    );
    expect(() => lastConvolution(bare, 'y', 'net')).toThrow('net has no convolution before its output "y"');
    const { graph, ...rest } = network();
    const computed = { ...graph, initializers: graph.initializers.filter(({ name }) => name !== 'w') };
    expect(() => lastConvolution({ ...rest, graph: computed }, 'y', 'net')).toThrow('are computed');
  });
});
