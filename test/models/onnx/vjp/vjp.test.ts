/** The backward sweep as a whole: activity, what is kept, second transposition, and what it refuses. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { float, type Graph, type Model, type Node } from '../../../../models/onnx/graph.js';
import { ChildRuntime } from '../../../../models/onnx/session.js';
import { splitVjp } from '../../../../models/onnx/vjp/vjp.js';
import { networkCases } from '../cases/networks.js';
import {
  dot,
  gradientError,
  jointVjp,
  prepared,
  randomArray,
  runModel,
  shapeOf,
} from '../differentiation.js';
import { interpret } from '../interpreter64/index.js';
import { TestGraph } from '../test-graph.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

function graphOf(
  build: (g: TestGraph, x: string) => string,
  dims: readonly number[] = [2, 6],
  opset = 18,
): Model {
  const g = new TestGraph(opset);
  return g.model([build(g, g.input('x', dims))]);
}

async function refusal(model: Model): Promise<string> {
  const { request } = await prepared(runtime, model);
  try {
    splitVjp(model, { ...request, name: 'toy.onnx' });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('what is refused', () => {
  test('an operator without a rule, by op, node and model', async () => {
    const model = graphOf((g, x) => g.op('Exp', [g.op('Mod', [x, g.scalar(2)], { fmod: 1 })]));
    expect(await refusal(model)).toBe(
      'toy.onnx cannot be differentiated at Mod (node "the Mod_1"): there is no rule for this operator.',
    );
  });

  test('but not where nothing active goes through it', async () => {
    const model = graphOf((g, x) =>
      g.op('Mul', [x, g.op('Mod', [g.weights([6]), g.scalar(2)], { fmod: 1 })]),
    );
    expect(await refusal(model)).toBe('accepted');
  });

  test('quantisation, whose gradient would otherwise silently be zero', async () => {
    const model = graphOf((g, x) => {
      const zero = g.constant([0], [], 'uint8');
      const quantised = g.op('QuantizeLinear', [x, g.scalar(0.1), zero]);
      return g.op('DequantizeLinear', [quantised, g.scalar(0.1), zero]);
    });
    expect(await refusal(model)).toMatch(
      /toy.onnx cannot be differentiated at DequantizeLinear \(node "the /,
    );
  });

  test('a condition that depends on the input', async () => {
    const model = graphOf((g, x) => {
      const branch = (opType: string): Graph => {
        const node: Node = {
          opType,
          domain: '',
          name: opType,
          inputs: [x],
          outputs: [`${opType}_out`],
          attributes: new Map(),
        };
        return {
          name: opType,
          nodes: [node],
          initializers: [],
          inputs: [],
          outputs: [{ name: `${opType}_out` }],
        };
      };
      const positive = g.op('Greater', [g.op('ReduceSum', [x], { keepdims: 0 }), g.scalar(0)]);
      return g.op('If', [positive], {
        then_branch: { kind: 'graph', value: branch('Exp') },
        else_branch: { kind: 'graph', value: branch('Sin') },
      });
    });
    expect(await refusal(model)).toMatch(/differentiated at If \(node "the If_\d+"\): there is no rule/);
  });

  test.each([
    [
      'AveragePool',
      { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      /ceil_mode lets its last window reach/,
    ],
    ['MaxPool', { kernel_shape: [2, 2], storage_order: 1 }, /counts positions column by column/],
  ])('%s %o', async (op, attributes, message) => {
    expect(await refusal(graphOf((g, x) => g.op(op, [x], attributes), [1, 2, 5, 5]))).toMatch(message);
  });

  test('a diagonal in an Einsum', async () => {
    expect(await refusal(graphOf((g, x) => g.op('Einsum', [x], { equation: 'ii->i' }), [3, 3]))).toMatch(
      /takes a diagonal/,
    );
  });

  test('a scatter that multiplies', async () => {
    const model = graphOf((g, x) => {
      return g.op('ScatterElements', [x, g.ints([1, 0], [2, 1]), g.weights([2, 1])], {
        axis: 1,
        reduction: 'mul',
      });
    });
    expect(await refusal(model)).toMatch(/its reduction is "mul"; expected none or add/);
  });

  test('bounds that depend on the input', async () => {
    const model = graphOf((g, x) => g.op('Clip', [x, g.op('ReduceMin', [x], { keepdims: 0 })]));
    expect(await refusal(model)).toMatch(/its bounds depend on what is differentiated/);
  });

  test('a shape that only running tells', async () => {
    const model = graphOf((g, x) => {
      const found = g.op('Compress', [x, g.op('Greater', [g.op('Reshape', [x, g.ints([-1])]), g.scalar(0)])]);
      return g.op('ReduceSum', [g.op('Softmax', [found])]);
    });
    expect(await refusal(model)).toMatch(/(shape|no rule)/);
  });

  test('names that the model does not have, and types that have no gradient', async () => {
    const g = new TestGraph(18);
    const [x, k] = [g.input('x', [3]), g.input('k', [1], 'int64')];
    const { model, request } = await prepared(runtime, g.model([g.op('Gather', [x, k]), g.op('Shape', [x])]));
    const differentiate = (changes: object) => () =>
      splitVjp(model, { ...request, name: 'toy.onnx', wrt: ['x'], ...changes });
    expect(differentiate({ wrt: ['z'] })).toThrow('toy.onnx has no input "z"; expected one of "x", "k".');
    expect(differentiate({ wrt: ['k'] })).toThrow(
      'The input "k" of toy.onnx is int64; expected floating point.',
    );
    expect(differentiate({ outputs: ['w'] })).toThrow(/toy.onnx has no output "w"/);
    expect(differentiate({ outputs: [] })).toThrow(/no output to differentiate/);
    expect(Object.keys(differentiate({})().cotangents)).toEqual(['Gather_0']);
  });
});

test('an input that the output does not depend on has gradient zero', async () => {
  const g = new TestGraph(18);
  const [x, z] = [g.input('x', [2, 3]), g.input('z', [4])];
  const { model, request } = await prepared(runtime, g.model([g.op('Exp', [x]), g.op('Round', [z])]));
  const vjp = jointVjp(model, request);
  const feeds = {
    x: randomArray([2, 3], 1),
    z: randomArray([4], 2),
    'ct/Exp_0': randomArray([2, 3], 3),
    'ct/Round_1': randomArray([4], 4),
  };
  const outputs = await runModel(runtime, vjp.joint, feeds);
  expect(outputs['grad/z'].data).toEqual(new Float32Array(4));
  expect((outputs['grad/x'].data as Float32Array).every((value) => value !== 0)).toBe(true);
});

test('only what is asked for is computed', async () => {
  const g = new TestGraph(18);
  const [x, z] = [g.input('x', [2, 3]), g.input('z', [2, 3])];
  const [first, second] = [g.op('Exp', [x]), g.op('Sin', [g.op('Mul', [x, z])])];
  const { model, request } = await prepared(runtime, g.model([first, second]));
  const vjp = splitVjp(model, { ...request, wrt: ['x'], outputs: [first] });
  expect(vjp.forward.graph.nodes.map(({ opType }) => opType)).toEqual(['Exp', 'Identity']);
  expect(vjp.backward.graph.nodes.map(({ opType }) => opType)).toEqual(['Mul', 'Identity']);
  expect(vjp.forward.graph.inputs.map(({ name }) => name)).toEqual(['x', 'z']);
  expect(vjp.residuals).toEqual([`residual/${first}`]);
});

describe('what does not depend on the cotangent', () => {
  const split = async (model: Model) => {
    const { model: upgraded, request } = await prepared(runtime, model);
    const { forward, backward, residuals } = splitVjp(upgraded, request);
    const ops = (made: Model) => made.graph.nodes.map(({ opType }) => opType);
    const kept = residuals.map((name) => forward.graph.outputs.find((output) => output.name === name));
    return { forward: ops(forward), backward: ops(backward), kept };
  };

  test('is computed early where less is kept then: the slope of SiLU', async () => {
    const { forward, backward, kept } = await split(
      graphOf((g, x) => g.op('Mul', [x, g.op('Sigmoid', [x])])),
    );
    expect(forward).toEqual(['Sigmoid', 'Mul', 'Sub', 'Mul', 'Add']);
    expect(backward).toEqual(['Mul', 'Identity']);
    expect(kept).toMatchObject([{ type: 'float32', dims: [2, 6] }]);
  });

  test('a condition takes a quarter of what it is about', async () => {
    const { backward, kept } = await split(graphOf((g, x) => g.op('Relu', [x])));
    expect(backward).toEqual(['Where', 'Identity']);
    expect(kept).toMatchObject([{ type: 'bool', dims: [2, 6] }]);
  });

  test('and late where as much is kept: the slope of tanh', async () => {
    const { forward, backward, kept } = await split(graphOf((g, x) => g.op('Tanh', [x])));
    expect(forward).toEqual(['Tanh', 'Identity']);
    expect(backward).toEqual(['Mul', 'Sub', 'Mul', 'Identity']);
    expect(kept).toMatchObject([{ type: 'float32', dims: [2, 6] }]);
  });

  test('or where something else is computed from what it reads', async () => {
    const { forward, kept } = await split(
      graphOf((g, x) => {
        const sigmoid = g.op('Sigmoid', [x]);
        const silu = g.op('Mul', [x, sigmoid]);
        return g.op('Mul', [g.op('Exp', [silu]), g.op('Mul', [silu, sigmoid])]);
      }),
    );
    expect(forward).not.toContain('Add');
    expect(kept).toHaveLength(4);
  });

  test('a product with weights alone is not kept', async () => {
    const { forward, backward, kept } = await split(
      graphOf((g, x) => g.op('MatMul', [x, g.weights([6, 3])])),
    );
    expect(forward).toEqual(['MatMul']);
    expect(backward).toEqual(['Transpose', 'MatMul', 'Identity']);
    expect(kept).toEqual([]);
  });

  test('of a group normalisation the spread is kept, and not its input', async () => {
    const { kept } = await split(
      graphOf(
        (g, x) => g.op('InstanceNormalization', [x, g.constant([1, 1], [2]), g.constant([0, 0], [2])]),
        [1, 2, 4, 5],
      ),
    );
    expect(kept.map((value) => value?.dims)).toEqual([
      [1, 2, 1],
      [1, 2, 4, 5],
    ]);
  });
});

/** ⟨w, Ju⟩ = ⟨Jᵀw, u⟩, with J itself by differentiating the gradient with respect to its cotangent. */
test.each(networkCases.slice(-9).map((example) => [example.name, example] as const))(
  'transposing twice: %s',
  async (_, example) => {
    const g = new TestGraph(example.opset ?? 18);
    const built = example.build(g);
    const { model, request } = await prepared(runtime, g.model(typeof built === 'string' ? [built] : built));
    const vjp = jointVjp(model, request);
    const gradients = Object.values(vjp.gradients);
    const cotangents = Object.values(vjp.cotangents);
    const second = await prepared(runtime, vjp.joint);
    const jvp = jointVjp(second.model, { ...second.request, wrt: cotangents, outputs: gradients });
    const feeds = Object.fromEntries(
      jvp.joint.graph.inputs.map(({ name }, i) => [
        name,
        randomArray(
          shapeOf(name.startsWith('ct/grad/') ? request : second.request, name.replace('ct/grad/', '')),
          31 + i,
        ),
      ]),
    );
    const outputs = await runModel(runtime, jvp.joint, feeds);
    const data = (name: string) => outputs[name].data as Float32Array;
    const transposed = gradients.reduce((sum, name) => sum + dot(data(name), feeds[`ct/${name}`].data), 0);
    const direct = cotangents.reduce((sum, name) => sum + dot(data(`grad/${name}`), feeds[name].data), 0);
    expect(Math.abs(direct - transposed)).toBeLessThan(2e-5 * Math.max(1, Math.abs(direct)));
    // And J is the derivative, not merely the transpose of something.
    const inputs = Object.fromEntries(request.wrt.map((name) => [name, feeds[name]]));
    const along = Object.fromEntries(request.wrt.map((name) => [name, feeds[`ct/grad/${name}`].data]));
    const moved = (step: number) =>
      interpret(
        model,
        Object.fromEntries(
          Object.entries(inputs).map(([name, { dims, data }]) => {
            return [name, { dims, data: data.map((value, k) => value + step * along[name][k]) }];
          }),
        ),
      );
    const [ahead, behind] = [moved(1e-6), moved(-1e-6)];
    const expected = vjp.outputs.reduce((sum, name) => {
      const change = ahead[name].data.map((value, k) => (value - behind[name].data[k]) / 2e-6);
      return sum + dot(change, feeds[vjp.cotangents[name]].data);
    }, 0);
    expect(Math.abs(direct - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
  },
);

describe('a wrong gradient is noticed', () => {
  const model = graphOf((g, x) => g.op('Softmax', [g.op('Mul', [x, g.op('Sigmoid', [x])])]));

  /** Joint model of the graph with one kind of backward node replaced by another. */
  async function mutated(change: (node: Node) => Node): Promise<number> {
    const { request } = await prepared(runtime, model);
    const vjp = jointVjp(model, request);
    const { graph } = vjp.joint;
    const nodes = graph.nodes.map((node) => (node.name.startsWith('vjp/') ? change(node) : node));
    const [output] = vjp.outputs;
    const inputs = { x: randomArray([2, 6], 5) };
    const cotangents = { [output]: randomArray([2, 6], 6) };
    const feeds = { ...inputs, [vjp.cotangents[output]]: cotangents[output] };
    const outputs = await runModel(runtime, { ...vjp.joint, graph: { ...graph, nodes } }, feeds);
    return gradientError(model, inputs, cotangents, { x: outputs['grad/x'].data as Float32Array });
  }

  test('and a right one is not', async () => {
    expect(await mutated((node) => node)).toBeLessThan(1e-5);
  });

  test.each([
    ['Sub', 'Add'],
    ['Add', 'Sub'],
    ['ReduceSum', 'ReduceMean'],
    ['Mul', 'Add'],
  ])('%s for %s', async (from, to) => {
    const error = await mutated((node) => (node.opType === from ? { ...node, opType: to } : node));
    expect(error).toBeGreaterThan(1e-2);
  });

  test('one part in a thousand', async () => {
    const error = await mutated((node) => {
      return node.opType === 'ReduceSum'
        ? { ...node, opType: 'Celu', inputs: [node.inputs[0]], attributes: new Map([['alpha', float(1)]]) }
        : node;
    });
    expect(error).toBeGreaterThan(1e-3);
  });
});
