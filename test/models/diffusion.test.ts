/** ONNX diffusion priors on hand-made networks whose denoisers are known. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DiffusionCard, diffusionCard } from '../../models/card.js';
import { openDiffusionPrior } from '../../models/diffusion.js';
import { differentiate } from '../../models/onnx/differentiate.js';
import { ints, type Node, type TensorRef } from '../../models/onnx/graph.js';
import type { ElementType } from '../../models/onnx/runtime.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import type { DiffusionPrior } from '../../models/prior.js';
import { inFixedSize } from '../../models/tiled.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { dot } from '../../src/core/vector.js';
import { float32, int64, model, node } from './tiny-models.js';

const random = keyedRandom(0, 'diffusion', 0);
let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

interface Network {
  nodes: readonly Node[];
  initializers?: readonly TensorRef[];
  image?: (number | string)[];
  output?: (number | string)[];
  time?: { type: ElementType; dims: (number | string)[] } | 'none';
  /** The shape of one more input. */
  label?: readonly number[];
}

const NUMBER: { type: ElementType; dims: (number | string)[] } = { type: 'float32', dims: ['n'] };

/** A prior of two channels on the grid of 4 pixels, whose network has inputs x, t and output y. */
async function open(network: Network, fields: Partial<DiffusionCard> = {}): Promise<DiffusionPrior> {
  const image = network.image ?? ['n', 2, 'h', 'w'];
  const bytes = model({
    nodes: network.nodes,
    initializers: network.initializers ?? [],
    inputs: [
      { name: 'x', type: 'float32', dims: image },
      ...(network.time === 'none' ? [] : [{ name: 't', ...(network.time ?? NUMBER) }]),
      ...(network.label ? [{ name: 'label', type: 'float32' as const, dims: network.label }] : []),
    ],
    outputs: [{ name: 'y', type: 'float32', dims: network.output ?? image }],
  });
  const card = diffusionCard.parse({
    format: 1,
    kind: 'diffusion',
    name: 'tiny',
    summary: '',
    model: { path: 'tiny.onnx', sha256: '0'.repeat(64) },
    inputs: { image: 'x', time: 't' },
    outputs: { image: 'y' },
    channels: 2,
    valueRange: [-1, 1],
    parametrisation: 'x0',
    schedule: { kind: 've' },
    time: { form: 'sigma' },
    sigmaRange: [0.01, 10],
    sizeMultiple: 4,
    data: '',
    licence: '',
    training: '',
    scores: [],
    ...fields,
  });
  const source = { bytes, name: 'tiny.onnx' };
  return openDiffusionPrior({ card, source, runtime, session: { threads: 1 }, differentiate });
}

/** y = x · t, with t spread over the image. */
const TIMES: Network = { nodes: [node('Mul', ['x', 't'], ['y'])] };

/** y = conv(x)²: every pixel sees its neighbours, and its derivative depends on x. */
const SQUARED: Network = {
  nodes: [
    node('Conv', ['x', 'k'], ['c'], { pads: ints([1, 1, 1, 1]) }),
    node('Mul', ['c', 'c'], ['d']),
    node('Mul', ['d', 't'], ['y']),
  ],
  initializers: [float32('k', [2, 2, 3, 3], [...random('kernel').normals([36]).data])],
};

const image = (...shape: number[]) => random('image', ...shape).normals(shape);

function expectClose(actual: FloatArray, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.data.length).toBe(expected.length);
  const worst = actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe('denoise', () => {
  test('speaks to the network in its own units', async () => {
    const prior = await open(TIMES);
    expect(prior.sigmaRange).toEqual([0.005, 5]);
    const x = image(2, 4, 8);
    // On [-1, 1] the noise is 2σ and the network answers (2x − 1)·2σ.
    const expected = x.data.map((value) => ((2 * value - 1) * 0.5 + 1) / 2);
    expectClose(await prior.denoise(x, 0.25), expected, 1e-6);
  });

  test('leaves its argument as it was', async () => {
    const prior = await open(TIMES);
    const x = image(2, 4, 4);
    const before = x.data.slice();
    await prior.denoise(x, 1);
    expect(x.data).toEqual(before);
  });

  test('asks at the least level for anything below it, and refuses above the range', async () => {
    const prior = await open(TIMES);
    const x = image(2, 4, 4);
    expect((await prior.denoise(x, 1e-5)).data).toEqual((await prior.denoise(x, 0.005)).data);
    await prior.denoise(x, 5 * (1 + 1e-9));
    await expect(prior.denoise(x, 5.1)).rejects.toThrow(
      'tiny knows noise of σ up to 5 in [0, 1] units; it was asked for 5.1.',
    );
    await expect(prior.denoise(x, 0)).rejects.toThrow(RangeError);
    await expect(prior.denoise(x, Number.NaN)).rejects.toThrow(RangeError);
  });

  test('takes the first half of a network that also estimates its variance', async () => {
    const network: Network = {
      nodes: [
        node('Mul', ['x', 't'], ['a']),
        node('Add', ['x', 'x'], ['b']),
        node('Concat', ['a', 'b'], ['y'], { axis: { kind: 'int', value: 1 } }),
      ],
      output: ['n', 4, 'h', 'w'],
    };
    const prior = await open(network, { learnedSigma: true, valueRange: [0, 1] });
    const x = image(2, 4, 4);
    expectClose(
      await prior.denoise(x, 0.5),
      x.data.map((value) => value * 0.5),
      1e-6,
    );
    const { pullback, release } = await prior.linearize!(x, 0.5);
    const v = image(2, 4, 4);
    expectClose(
      await pullback(v),
      v.data.map((value) => value * 0.5),
      1e-6,
    );
    release();
  });

  test.each([
    ['int64', []],
    ['int64', ['n']],
    ['int32', [1]],
  ] as const)('gives a time step as %s of shape %j', async (type, dims) => {
    const network: Network = {
      nodes: [node('Cast', ['t'], ['f'], { to: { kind: 'int', value: 1 } }), node('Add', ['x', 'f'], ['y'])],
      time: { type, dims: [...dims] },
    };
    const table = { kind: 'linear', first: 1e-4, last: 0.02, steps: 1000 } as const;
    const prior = await open(network, {
      valueRange: [0, 1],
      schedule: { kind: 'vp', table },
      time: { form: 'index', scale: 1 },
    });
    const x = image(2, 4, 4);
    // ᾱ_100 of the table, so σ is that of step 100, and a little more still is.
    let alpha = 1;
    for (let i = 0; i <= 100; i++) alpha *= 1 - (1e-4 + ((0.02 - 1e-4) * i) / 999);
    const sigma = Math.sqrt((1 - alpha) / alpha) * 1.002;
    const a = 1 / Math.hypot(1, sigma);
    expectClose(
      await prior.denoise(x, sigma),
      x.data.map((value) => a * value + 100),
      1e-4,
    );
  });
});

describe('how a network is told the level', () => {
  const UNIT = { valueRange: [0, 1], sizeMultiple: 1 } as const;
  const x = image(2, 3, 5);
  const times = (sigma: number) => x.data.map((value) => value * sigma);

  test.each([
    [['n', 1]],
    [[1, 1, 1, 1]],
    [['n', 1, 1, 1]],
    [['n', 1, 'h', 'w']],
    [['n', 2, 'h', 'w']],
    [['a', 'b', 'c', 'd']],
  ])('as a number or a map of shape %j', async (dims) => {
    const prior = await open({ ...TIMES, time: { type: 'float32', dims } }, UNIT);
    expectClose(await prior.denoise(x, 0.25), times(0.25), 1e-7);
    const { pullback, release } = await prior.linearize!(x, 0.25);
    expectClose(await pullback(x), times(0.25), 1e-7);
    release();
  });

  /** y = x · (the last channel) and x of three channels. */
  const AS_CHANNEL: Network = {
    nodes: [
      node('Slice', ['x', 'zero', 'two', 'one'], ['colours']),
      node('Slice', ['x', 'two', 'three', 'one'], ['level']),
      node('Mul', ['colours', 'level'], ['y']),
    ],
    initializers: [0, 1, 2, 3].map((value) => int64(['zero', 'one', 'two', 'three'][value], [value])),
    image: ['n', 3, 'h', 'w'],
    output: ['n', 2, 'h', 'w'],
    time: 'none',
  };

  test('as one more channel, which has no gradient', async () => {
    const prior = await open(AS_CHANNEL, { ...UNIT, inputs: { image: 'x' }, sizeMultiple: 4 });
    expectClose(await prior.denoise(x, 0.25), times(0.25), 1e-7);
    const { pullback, release } = await prior.linearize!(x, 0.25);
    expectClose(await pullback(x), times(0.25), 1e-7);
    release();
    await expect(
      open({ ...TIMES, time: 'none', nodes: BLIND.nodes }, { inputs: { image: 'x' } }),
    ).rejects.toThrow('tiny.onnx: input "x" is n×2×h×w; its card says 1×3×height×width.');
  });

  const BLIND: Network = { nodes: [node('Add', ['x', 'x'], ['y'])], time: 'none' };
  const UNTOLD = { ...UNIT, inputs: { image: 'x' }, time: { form: 'none', scale: 1 } } as const;

  test('not at all: one level is known, and asked for at any below it', async () => {
    const prior = await open(BLIND, { ...UNTOLD, sigmaRange: [0.1, 0.1] });
    expectClose(
      await prior.denoise(x, 0.1),
      x.data.map((value) => 2 * value),
      1e-6,
    );
    expectClose(
      await prior.denoise(x, 0.01),
      x.data.map((value) => 2 * value),
      1e-6,
    );
    await expect(prior.denoise(x, 0.2)).rejects.toThrow('knows noise of σ up to 0.1');
  });

  test('and what it answers may be the noise itself', async () => {
    const fields = { ...UNTOLD, parametrisation: 'residual', valueRange: [-1, 1] } as const;
    const prior = await open(BLIND, fields);
    // On [-1, 1] the answer is 2(2x − 1), of which half is the noise in [0, 1] units: D = x − (2x − 1).
    expectClose(
      await prior.denoise(x, 0.1),
      x.data.map((value) => 1 - value),
      1e-6,
    );
  });

  test('a map of whole numbers, two numbers and a name that the graph lacks are refused', async () => {
    const of = (type: ElementType, dims: (number | string)[]) =>
      open({ nodes: [node('Mul', ['x', 'x'], ['y']), node('Identity', ['t'], ['z'])], time: { type, dims } });
    await expect(of('int64', ['n', 1, 'h', 'w'])).rejects.toThrow(
      'tiny.onnx: input "t" is int64 [n, 1, h, w]; a time is one number',
    );
    await expect(of('float32', [1, 2])).rejects.toThrow('input "t" is float32 [1, 2]');
    await expect(open(TIMES, { inputs: { image: 'x', time: 'level' } })).rejects.toThrow('no input "level"');
  });
});

test('a constant may be a row of numbers', async () => {
  const nodes = [
    node('ReduceSum', ['label', 'axis'], ['sum'], { keepdims: { kind: 'int', value: 0 } }),
    node('Mul', ['x', 't'], ['a']),
    node('Add', ['a', 'sum'], ['y']),
  ];
  const network = { nodes, initializers: [int64('axis', [1])], label: [1, 3] };
  const prior = await open(network, { constants: { label: [0.5, 1, -0.25] }, valueRange: [0, 1] });
  const x = image(2, 4, 4);
  const expected = x.data.map((value) => 0.5 * value + 1.25);
  expectClose(await prior.denoise(x, 0.5), expected, 1e-6);
});

describe('a network of one size', () => {
  const FIXED: Network = { ...TIMES, image: [1, 2, 4, 6] };

  test('is given smaller images mirrored out to it, and refuses larger ones', async () => {
    const prior = await open(FIXED, { sizeMultiple: 64 });
    expect([prior.fixedSize, prior.sizeMultiple]).toEqual([[4, 6], 1]);
    const small = image(2, 3, 5);
    expectClose(
      await prior.denoise(small, 0.25),
      small.data.map((value) => ((2 * value - 1) * 0.5 + 1) / 2),
      1e-6,
    );
    await expect(prior.denoise(image(2, 4, 7), 0.25)).rejects.toThrow(
      'tiny takes images of 4×6 only, not 4×7.',
    );
  });

  test('sees images of any size in parts', async () => {
    const prior = inFixedSize(await open(FIXED));
    const large = image(2, 9, 17);
    expectClose(
      await prior.denoise(large, 0.25),
      large.data.map((value) => ((2 * value - 1) * 0.5 + 1) / 2),
      1e-6,
    );
    const { pullback, release } = await prior.linearize!(large, 0.25);
    expectClose(
      await pullback(large),
      large.data.map((value) => 0.5 * value),
      1e-6,
    );
    release();
  });
});

describe('any size', () => {
  test.each([
    [2, 1, 1],
    [2, 3, 9],
    [2, 5, 4],
  ])('%i×%i×%i comes back in its own shape', async (...shape) => {
    const prior = await open(TIMES);
    const x = image(...shape);
    const D = await prior.denoise(x, 0.25);
    expect(D.shape).toEqual(shape);
    expectClose(
      D,
      x.data.map((value) => ((2 * value - 1) * 0.5 + 1) / 2),
      1e-6,
    );
  });
});

describe('linearize', () => {
  test.each([
    [2, 8, 8],
    [2, 5, 7],
    [2, 1, 1],
  ])('at %i×%i×%i has the derivative of denoise, padding and units included', async (...shape) => {
    const prior = await open(SQUARED, { schedule: { kind: 'edm', sigmaData: 0.5 }, parametrisation: 'edm' });
    const x = image(...shape);
    const { value, pullback, release } = await prior.linearize!(x, 0.3);
    expectClose(value, (await prior.denoise(x, 0.3)).data, 1e-5);
    for (const k of [0, 1]) {
      const v = random('v', k).normals(shape);
      const u = random('u', k).normals(shape);
      // The network is quadratic, so central differences are exact at any step.
      const moved = (h: number) =>
        prior.denoise(
          floatArray(
            x.data.map((a, i) => a + h * u.data[i]),
            shape,
          ),
          0.3,
        );
      const [up, down] = [await moved(0.5), await moved(-0.5)];
      const difference = dot(
        up.data.map((a, i) => a - down.data[i]),
        v.data,
      );
      const scale = Math.sqrt(dot(v.data, v.data)) * Math.sqrt(dot(up.data, up.data));
      expect(Math.abs(dot((await pullback(v)).data, u.data) - difference)).toBeLessThan(1e-5 * scale);
    }
    release();
  });

  test('outlives other sizes, and ends when released', async () => {
    const prior = await open(SQUARED);
    const first = await prior.linearize!(image(2, 4, 4), 0.3);
    const v = image(2, 4, 4);
    const before = await first.pullback(v);
    for (const width of [8, 12, 16]) (await prior.linearize!(image(2, 4, width), 0.3)).release();
    expect((await first.pullback(v)).data).toEqual(before.data);
    first.release();
    first.release();
    await expect(first.pullback(v)).rejects.toThrow('already released');
    expect(first.value.data.length).toBe(32);
  });

  test('of an op without a rule says which, while denoise works', async () => {
    const prior = await open({ nodes: [node('Shrink', ['x'], ['n']), node('Mul', ['n', 't'], ['y'])] });
    await prior.denoise(image(2, 4, 4), 0.3);
    await expect(prior.linearize!(image(2, 4, 4), 0.3)).rejects.toThrow(
      'tiny.onnx cannot be differentiated at Shrink',
    );
  });

  test('aborts', async () => {
    const prior = await open(SQUARED);
    const x = image(2, 4, 4);
    await expect(prior.denoise(x, 0.3, AbortSignal.abort('enough'))).rejects.toBe('enough');
    await expect(prior.linearize!(x, 0.3, AbortSignal.abort('enough'))).rejects.toBe('enough');
    (await prior.linearize!(x, 0.3)).release();
  });
});

describe('a network that is not as its card says is refused', () => {
  test('other names', async () => {
    await expect(open(TIMES, { inputs: { image: 'z', time: 't' } })).rejects.toThrow(
      'tiny.onnx has no input "z" as its card says; it has "x", "t".',
    );
    await expect(open(TIMES, { outputs: { image: 'z' } })).rejects.toThrow('no output "z"');
  });

  test('other channels', async () => {
    await expect(open({ ...TIMES, image: ['n', 3, 'h', 'w'] })).rejects.toThrow(
      'tiny.onnx: input "x" is n×3×h×w; its card says 1×2×height×width.',
    );
    await expect(open(TIMES, { learnedSigma: true })).rejects.toThrow('output "y" is n×2×h×w');
  });

  test('an output of another size', async () => {
    const halved = {
      nodes: [
        node('Mul', ['x', 't'], ['a']),
        node('MaxPool', ['a'], ['y'], { kernel_shape: ints([2, 2]), strides: ints([2, 2]) }),
      ],
    };
    const prior = await open({ ...halved, output: ['n', 2, 'a', 'b'] });
    await expect(prior.denoise(image(2, 4, 8), 0.3)).rejects.toThrow(
      'tiny.onnx answers an image of 2×4×8 with float32 1×2×2×4; its card says float32 1×2×4×8.',
    );
  });

  test('an image of other channels', async () => {
    const prior = await open(TIMES);
    await expect(prior.denoise(image(3, 4, 4), 0.3)).rejects.toThrow(
      'tiny takes images of 2 channels, not 3×4×4.',
    );
  });

  test('more inputs', async () => {
    const nodes = [node('Mul', ['x', 't'], ['a']), node('Add', ['a', 'label'], ['y'])];
    await expect(open({ nodes, label: [1] })).rejects.toThrow(
      'tiny.onnx has an input "label", which its card does not name.',
    );
  });
});
