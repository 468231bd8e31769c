/**
 * Brings models of operator sets 7 to 17 to the forms of set 18, so that rules need know one form of each operator:
 * mostly attributes that became inputs. (ONNX has a converter, but in C++ and Python only.)
 */
import { constant } from './constants.js';
import {
  type Attribute,
  attributeOf,
  describeNode,
  type Graph,
  int,
  type Model,
  type Node,
  type TensorRef,
  text,
  withSubgraphs,
} from './graph.js';

const TARGET = 18;
const OLDEST = 7;

/** Rewrites one node; the last node returned makes the outputs of the one given. */
type Upgrade = (node: Node, from: number, make: Maker) => readonly Node[];

interface Maker {
  /** Names of new constants. */
  ints(values: readonly number[]): string;
  scalar(value: number): string;
  floats(values: readonly number[]): string;
  /** A name for a new value. */
  fresh(): string;
}

/**
 * @param name what messages call the model
 * @returns the model itself where it needs nothing
 * @throws Error for operator sets before 7, and for operators whose old meaning set 18 cannot say
 */
export function upgrade(model: Model, name: string): Model {
  const from = model.opsets.get('') ?? 1;
  if (from < OLDEST) {
    throw new Error(`${name} uses operator set ${from}; expected ${OLDEST} or later.`);
  }
  const graph = withoutOverridableWeights(model.graph);
  if (from >= TARGET) return graph === model.graph ? model : { ...model, graph };
  if (model.functions.length > 0) {
    throw new Error(
      `${name} has functions of its own and operator set ${from}; expected ${TARGET} or later with functions.`,
    );
  }
  return {
    ...model,
    irVersion: Math.max(8, model.irVersion),
    opsets: new Map([...model.opsets, ['', TARGET]]),
    graph: upgradeGraph(graph, from, { count: 0 }),
  };
}

/** Old files list their weights among the inputs; such weights count as variable, and nothing folds. */
function withoutOverridableWeights(graph: Graph): Graph {
  const weights = new Set(graph.initializers.map((tensor) => tensor.name));
  const inputs = graph.inputs.filter((input) => !weights.has(input.name));
  return inputs.length === graph.inputs.length ? graph : { ...graph, inputs };
}

function upgradeGraph(graph: Graph, from: number, names: { count: number }): Graph {
  const added: TensorRef[] = [];
  const keep = (tensor: TensorRef) => {
    added.push(tensor);
    return tensor.name;
  };
  const fresh = () => `upgrade/${names.count++}`;
  const make: Maker = {
    fresh,
    ints: (values) => keep(constant(fresh(), 'int64', [values.length], values)),
    scalar: (value) => keep(constant(fresh(), 'float32', [], [value])),
    floats: (values) => keep(constant(fresh(), 'float32', [values.length], values)),
  };
  const nodes = graph.nodes.flatMap((node) => {
    const inner = withSubgraphs(node, (subgraph) => upgradeGraph(subgraph, from, names));
    const change =
      node.domain === '' && Object.hasOwn(upgrades, node.opType) ? upgrades[node.opType] : undefined;
    return change === undefined ? [inner] : change(inner, from, make);
  });
  return { ...graph, nodes, initializers: [...graph.initializers, ...added] };
}

function changed(node: Node, remove: readonly string[], add: Record<string, Attribute> = {}): Node {
  const kept = [...node.attributes].filter(([name]) => !remove.includes(name));
  return { ...node, attributes: new Map([...kept, ...Object.entries(add)]) };
}

/** `axes` became the second input at the given operator set. */
const axesAsInput =
  (since: number): Upgrade =>
  (node, from, make) => {
    const axes = attributeOf(node, 'axes', 'ints');
    if (from >= since || axes === undefined) return [node];
    return [{ ...changed(node, ['axes']), inputs: [node.inputs[0], make.ints(axes)] }];
  };

/** Before set 13 these worked on the matrix made of the axes before and from `axis` on. */
const onMatrix: Upgrade = (node, from, make) => {
  if (from >= 13) return [node];
  const axis = attributeOf(node, 'axis', 'int') ?? 1;
  if (axis === -1) return [node];
  const [x] = node.inputs;
  const [shape, matrix, result] = [make.fresh(), make.fresh(), make.fresh()];
  const plain = (
    opType: string,
    inputs: string[],
    output: string,
    attributes: Record<string, Attribute>,
  ): Node => {
    return {
      opType,
      domain: '',
      name: output,
      inputs,
      outputs: [output],
      attributes: new Map(Object.entries(attributes)),
    };
  };
  return [
    plain('Shape', [x], shape, {}),
    plain('Flatten', [x], matrix, { axis: int(axis) }),
    { ...changed(node, ['axis'], { axis: int(-1) }), inputs: [matrix], outputs: [result] },
    { ...plain('Reshape', [result, shape], node.outputs[0], {}), name: `${node.name}/shape` },
  ];
};

const nearestByFloor = { coordinate_transformation_mode: text('asymmetric'), nearest_mode: text('floor') };

const upgrades: Readonly<Record<string, Upgrade>> = {
  Clip: (node, from, make) => {
    if (from >= 11) return [node];
    const bound = (name: string) => {
      const value = attributeOf(node, name, 'float');
      return value === undefined ? '' : make.scalar(value);
    };
    return [{ ...changed(node, ['min', 'max']), inputs: [node.inputs[0], bound('min'), bound('max')] }];
  },
  Slice: (node, from, make) => {
    if (from >= 10) return [node];
    const starts = attributeOf(node, 'starts', 'ints')!;
    const ends = attributeOf(node, 'ends', 'ints')!;
    const axes = attributeOf(node, 'axes', 'ints') ?? starts.map((_, i) => i);
    const inputs = [node.inputs[0], make.ints(starts), make.ints(ends), make.ints(axes)];
    return [{ ...changed(node, ['starts', 'ends', 'axes']), inputs }];
  },
  Pad: (node, from, make) => {
    if (from >= 11) return [node];
    const value = attributeOf(node, 'value', 'float') ?? 0;
    const inputs = [node.inputs[0], make.ints(attributeOf(node, 'pads', 'ints')!), make.scalar(value)];
    return [{ ...changed(node, ['pads', 'value']), inputs }];
  },
  Split: (node, _from, make) => {
    const sizes = attributeOf(node, 'split', 'ints');
    if (sizes !== undefined)
      return [{ ...changed(node, ['split']), inputs: [node.inputs[0], make.ints(sizes)] }];
    if (node.inputs[1]) return [node];
    return [changed(node, [], { num_outputs: int(node.outputs.length) })];
  },
  TopK: (node, from, make) => {
    if (from >= 10) return [node];
    return [
      { ...changed(node, ['k']), inputs: [node.inputs[0], make.ints([attributeOf(node, 'k', 'int')!])] },
    ];
  },
  Dropout: (node, from) => [from < 12 ? changed(node, ['ratio']) : node],
  BatchNormalization: (node, from) => {
    if (from < 9 && attributeOf(node, 'spatial', 'int') === 0) {
      throw new Error(`${describeNode(node)} has spatial = 0, which no later operator set can say.`);
    }
    return [changed(node, ['spatial'])];
  },
  Scatter: (node) => [{ ...node, opType: 'ScatterElements' }],
  Upsample: (node, _from, make) => {
    const scales = attributeOf(node, 'scales', 'floats');
    const given = scales === undefined ? node.inputs[1] : make.floats(scales);
    const resize = changed(node, ['scales'], nearestByFloor);
    return [{ ...resize, opType: 'Resize', inputs: [node.inputs[0], '', given] }];
  },
  Resize: (node, from) => {
    if (from < 11)
      return [{ ...changed(node, [], nearestByFloor), inputs: [node.inputs[0], '', node.inputs[1]] }];
    if (attributeOf(node, 'coordinate_transformation_mode', 'string') === 'tf_half_pixel_for_nn') {
      throw new Error(
        `${describeNode(node)} has mode tf_half_pixel_for_nn, which no later operator set can say.`,
      );
    }
    if (from >= 13) return [node];
    // Set 11 had no way to leave out roi and scales but to pass empty ones.
    const [x, , scales, sizes] = node.inputs;
    return [{ ...node, inputs: sizes ? [x, '', '', sizes] : [x, '', scales] }];
  },
  RoiAlign: (node, from) => [
    from < 16 ? changed(node, [], { coordinate_transformation_mode: text('output_half_pixel') }) : node,
  ],
  Squeeze: axesAsInput(13),
  Unsqueeze: axesAsInput(13),
  ReduceSum: axesAsInput(13),
  ReduceMean: axesAsInput(18),
  ReduceMax: axesAsInput(18),
  ReduceMin: axesAsInput(18),
  ReduceProd: axesAsInput(18),
  ReduceL1: axesAsInput(18),
  ReduceL2: axesAsInput(18),
  ReduceLogSum: axesAsInput(18),
  ReduceLogSumExp: axesAsInput(18),
  ReduceSumSquare: axesAsInput(18),
  Softmax: onMatrix,
  LogSoftmax: onMatrix,
  Hardmax: onMatrix,
};
