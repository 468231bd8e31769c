/** From a file to gradient models: old forms, folding, inlining, and where weights lie. */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { differentiate } from '../../../models/onnx/differentiate.js';
import type { Graph, Model } from '../../../models/onnx/graph.js';
import { readModel } from '../../../models/onnx/proto/read.js';
import { writeModel } from '../../../models/onnx/proto/write.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { type Arrays, gradientError, joined, randomArray, runTensors, tensors } from './differentiation.js';
import { float, TestGraph } from './test-graph.js';

let runtime: ChildRuntime;
let folder: string;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
  folder = await mkdtemp(join(tmpdir(), 'retrodict-test-'));
});
afterAll(async () => {
  await runtime.close();
  await rm(folder, { recursive: true });
});

/** A convolution with weights large enough to be pointed to. */
function convolution(): Model {
  const g = new TestGraph(18);
  const x = g.input('x', [1, 8, 5, 6]);
  return g.model([
    g.op('Conv', [x, g.weights([8, 8, 3, 3], { scale: 0.1 }), g.weights([8])], { pads: [1, 1, 1, 1] }),
  ]);
}

/** Differentiates a file, runs the gradient and returns how far it is from the truth. */
async function errorOf(
  model: Model,
  source: { bytes: Uint8Array; path?: string },
  shapes: Record<string, readonly number[]>,
  truth = model,
): Promise<{ error: number; size: number; ops: string[] }> {
  const split = await differentiate(
    runtime,
    { ...source, name: 'toy.onnx' },
    { inputShapes: shapes, wrt: Object.keys(shapes) },
  );
  const inputs: Arrays = Object.fromEntries(
    Object.entries(shapes).map(([name, dims], i) => [name, randomArray(dims, 5 + i)]),
  );
  const made = joined({ ...split, forward: readModel(split.forward), backward: readModel(split.backward) });
  const cotangents: Arrays = Object.fromEntries(
    split.outputs.map((name, i) => {
      const { dims } = made.graph.outputs.find((output) => output.name === name)!;
      return [name, randomArray(dims as number[], 50 + i)];
    }),
  );
  const named = Object.fromEntries(split.outputs.map((name) => [split.cotangents[name], cotangents[name]]));
  const outputs = await runTensors(runtime, made, tensors({ ...inputs, ...named }), {
    externalDataFolder: split.externalDataFolder,
  });
  const gradients = Object.fromEntries(
    Object.entries(split.gradients).map(([name, gradient]) => [name, outputs[gradient].data as Float32Array]),
  );
  const error = gradientError(truth, inputs, cotangents, gradients);
  return { error, size: writeModel(made).length, ops: made.graph.nodes.map(({ opType }) => opType) };
}

describe('weights', () => {
  const shapes = { x: [1, 8, 5, 6] };

  test('are copied into the result where the model has no file', async () => {
    const { error, size } = await errorOf(convolution(), { bytes: writeModel(convolution()) }, shapes);
    expect(error).toBeLessThan(1e-5);
    expect(size).toBeGreaterThan(8 * 8 * 9 * 4);
  });

  test('are pointed to where it has one, and the backward pass reverses kernels without a copy', async () => {
    const path = join(folder, 'inline.onnx');
    const bytes = writeModel(convolution());
    await writeFile(path, bytes);
    const { error, size } = await errorOf(convolution(), { bytes, path }, shapes);
    expect(error).toBeLessThan(1e-5);
    expect(size).toBeLessThan(3000);
  });

  test('are found through a symbolic link, as download caches make them', async () => {
    const path = join(folder, 'real.onnx');
    const bytes = writeModel(convolution());
    await writeFile(path, bytes);
    const other = await mkdtemp(join(tmpdir(), 'retrodict-test-'));
    await symlink(path, join(other, 'linked.onnx'));
    const { error } = await errorOf(convolution(), { bytes, path: join(other, 'linked.onnx') }, shapes);
    await rm(other, { recursive: true });
    expect(error).toBeLessThan(1e-5);
  });

  test('may lie in a file of their own, large and small ones', async () => {
    const model = convolution();
    const blob = new Uint8Array(5000);
    let end = 12;
    const initializers = model.graph.initializers.map((tensor) => {
      const { bytes } = tensor.data as { bytes: Uint8Array };
      blob.set(bytes, end);
      const data = { location: 'weights.bin', offset: end, length: bytes.length };
      end += bytes.length;
      return { ...tensor, data };
    });
    // A shape that a rule must know, outside as well.
    await writeFile(join(folder, 'weights.bin'), blob);
    const bytes = writeModel({ ...model, graph: { ...model.graph, initializers } });
    await writeFile(join(folder, 'external.onnx'), bytes);
    const { error, size } = await errorOf(model, { bytes, path: join(folder, 'external.onnx') }, shapes);
    expect(error).toBeLessThan(1e-5);
    expect(size).toBeLessThan(3000);
  });

  test('listed among the inputs, as old files do, are weights all the same', async () => {
    const model = convolution();
    const listed = model.graph.initializers.map(({ name, type, dims }) => ({ name, type, dims }));
    const old = {
      ...model,
      irVersion: 3,
      opsets: new Map([['', 9]]),
      graph: { ...model.graph, inputs: [...model.graph.inputs, ...listed] },
    };
    const { error, ops } = await errorOf(model, { bytes: writeModel(old) }, shapes);
    expect(error).toBeLessThan(1e-5);
    expect(ops).toContain('Conv');
  });
});

describe('what ONNX Runtime folds away', () => {
  const shapes = { x: [2, 3, 4] };
  const check = async (
    build: (g: TestGraph, x: string) => string,
    opset = 18,
    dims: (number | string)[] = ['n', 3, 'w'],
  ) => {
    const g = new TestGraph(opset);
    g.inputs.push({ name: 'x', type: 'float32', dims });
    const model = g.model([build(g, 'x')]);
    return errorOf(model, { bytes: writeModel(model) }, shapes);
  };

  test('arithmetic of shapes, of inputs declared with free sizes', async () => {
    const { error, ops } = await check((g, x) => {
      const batch = g.op('Gather', [g.op('Shape', [x]), g.ints([0])]);
      return g.op('Reshape', [g.op('Exp', [x]), g.op('Concat', [batch, g.ints([-1])], { axis: 0 })]);
    });
    expect(error).toBeLessThan(1e-5);
    expect(ops).not.toContain('Shape');
  });

  test('a function: group normalisation of opset 21', async () => {
    const { error } = await check((g, x) => {
      return g.op('GroupNormalization', [x, g.weights([3]), g.weights([3])], { num_groups: 3 });
    }, 21);
    expect(error).toBeLessThan(1e-5);
  });

  test('layer and root-mean-square normalisation written out, which it makes one node of', async () => {
    const mean = (g: TestGraph, value: string) => g.op('ReduceMean', [value, g.ints([-1])]);
    const layer = await check((g, x) => {
      const centred = g.op('Sub', [x, mean(g, x)]);
      const spread = g.op('Sqrt', [
        g.op('Add', [mean(g, g.op('Pow', [centred, g.scalar(2)])), g.scalar(1e-5)]),
      ]);
      return g.op('Add', [g.op('Mul', [g.op('Div', [centred, spread]), g.weights([4])]), g.weights([4])]);
    });
    expect(layer.error).toBeLessThan(1e-5);
    expect(layer.ops).toContain('LayerNormalization');
    const rms = await check((g, x) => {
      const spread = g.op('Sqrt', [g.op('Add', [mean(g, g.op('Pow', [x, g.scalar(2)])), g.scalar(1e-5)])]);
      return g.op('Mul', [g.op('Div', [x, spread]), g.weights([4])]);
    });
    expect(rms.error).toBeLessThan(1e-5);
  });

  test('a branch on a shape', async () => {
    const branch = (opType: string): Graph => ({
      name: opType,
      nodes: [
        {
          opType,
          domain: '',
          name: opType,
          inputs: ['x'],
          outputs: [`${opType}_out`],
          attributes: new Map(),
        },
      ],
      initializers: [],
      inputs: [],
      outputs: [{ name: `${opType}_out` }],
    });
    const g = new TestGraph(18);
    g.inputs.push({ name: 'x', type: 'float32', dims: ['n', 3, 'w'] });
    const first = g.op('Gather', [g.op('Shape', ['x']), g.ints([0], [])]);
    const chosen = g.op('If', [g.op('Equal', [first, g.ints([2], [])])], {
      then_branch: { kind: 'graph', value: branch('Sin') },
      else_branch: { kind: 'graph', value: branch('Cos') },
    });
    const plain = new TestGraph(18);
    plain.input('x', [2, 3, 4]);
    const truth = {
      ...plain.model([]),
      graph: {
        ...plain.model([]).graph,
        nodes: [{ ...branch('Sin').nodes[0], outputs: [chosen] }],
        outputs: [{ name: chosen }],
      },
    };
    const model = g.model([chosen]);
    const { error, ops } = await errorOf(model, { bytes: writeModel(model) }, shapes, truth);
    expect(ops).not.toContain('If');
    expect(error).toBeLessThan(1e-5);
  });

  test('common activations written out as exporters do', async () => {
    const gelu = await check((g, x) => {
      const inner = g.op('Add', [g.op('Erf', [g.op('Div', [x, g.scalar(Math.SQRT2)])]), g.scalar(1)]);
      return g.op('Mul', [g.op('Mul', [x, inner]), g.scalar(0.5)]);
    });
    expect(gelu.error).toBeLessThan(1e-5);
    const swish = await check((g, x) => g.op('Mul', [x, g.op('HardSigmoid', [x], { alpha: float(1 / 6) })]));
    expect(swish.error).toBeLessThan(1e-5);
  });
});

describe('what is refused', () => {
  const refusal = async (model: Model, inputShapes: Record<string, number[]> = { x: [2, 3] }) => {
    const source = { bytes: writeModel(model), name: 'toy.onnx' };
    return differentiate(runtime, source, { inputShapes, wrt: ['x'] }).then(
      () => 'accepted',
      (error: Error) => error.message,
    );
  };
  const model = (opset: number, build: (g: TestGraph) => string) => {
    const g = new TestGraph(opset);
    g.inputs.push({ name: 'x', type: 'float32', dims: ['n', 3] });
    return g.model([build(g)]);
  };

  test('a free size that no shape was given for', async () => {
    expect(
      await refusal(
        model(18, (g) => g.op('Exp', ['x'])),
        {},
      ),
    ).toBe('Input "x" of toy.onnx has shape [n,3]; expected inputShapes to fix it.');
  });

  test('an operator without a rule, with the name of the model', async () => {
    const message = await refusal(
      model(18, (g) => g.op('Det', [g.op('MatMul', [g.op('Transpose', ['x']), 'x'])])),
    );
    expect(message).toMatch(
      /^toy.onnx cannot be differentiated at Det \(node "the Det_\d"\): there is no rule/,
    );
  });
});

test('nothing is left behind in the folder for temporary files', async () => {
  const own = await mkdtemp(join(folder, 'temporary-'));
  vi.stubEnv('TMPDIR', own).stubEnv('TEMP', own);
  try {
    expect(tmpdir()).toBe(own);
    await errorOf(convolution(), { bytes: writeModel(convolution()) }, { x: [1, 8, 5, 6] });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(await readdir(own)).toEqual([]);
});

test('the source is not changed', async () => {
  const path = join(folder, 'untouched.onnx');
  const bytes = writeModel(convolution());
  await writeFile(path, bytes);
  await errorOf(convolution(), { bytes, path }, { x: [1, 8, 5, 6] });
  expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
});
