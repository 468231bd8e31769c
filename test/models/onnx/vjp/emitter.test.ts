/** Nodes of the backward graph: what they compute, by the interpreter, and what they are called. */
import { describe, expect, it } from 'vitest';
import { isExternal, type Model } from '../../../../models/onnx/graph.js';
import { Emitter, type ValueTypes } from '../../../../models/onnx/vjp/emitter.js';
import { float32, node } from '../../tiny-models.js';
import { randomArray } from '../differentiation.js';
import { interpret } from '../interpreter64/index.js';

const [X, B] = [
  [2, 3],
  [3, 1],
];

/** x, b → MaxPool(x): only its name and outputs matter. */
const forward: Model = {
  ...{ irVersion: 8, producer: 'test', opsets: new Map([['', 18]]), functions: [] },
  graph: {
    name: 'forward',
    nodes: [node('MaxPool', ['x'], ['vjp/Add_0'])],
    initializers: [
      float32('small', [2], [3, 4]),
      { ...float32('far', [2], []), data: { location: 'w.bin', offset: 0, length: 8 } },
    ],
    inputs: [
      { name: 'x', type: 'float32', dims: X },
      { name: 'b', type: 'float32', dims: B },
    ],
    outputs: [{ name: 'vjp/Add_0' }],
  },
};

const types: ValueTypes = new Map([
  ['x', { type: 'float32', dims: X }],
  ['b', { type: 'float32', dims: B }],
  ['free', { type: 'float32', dims: [1, 'h'] }],
]);

const emitterOf = () => new Emitter(forward, types, new Map());

const feeds = { x: randomArray(X, 1), b: randomArray(B, 2) };

/** The value that comes of the nodes that `build` emits. */
function computed(build: (emit: Emitter) => string) {
  const emit = emitterOf();
  const name = build(emit);
  const graph = { ...forward.graph, nodes: emit.nodes, initializers: emit.initializers, outputs: [{ name }] };
  const { dims, data } = interpret({ ...forward, graph }, feeds)[name];
  return { dims: [...dims], data: [...data] };
}

const [x, b] = [[...feeds.x.data], [...feeds.b.data]];

describe('what is emitted computes', () => {
  it.each([
    ['add', (e: Emitter) => e.add('x', 'x'), x.map((value) => 2 * value)],
    ['sub', (e: Emitter) => e.sub('x', e.scalar(2)), x.map((value) => value - 2)],
    ['mul', (e: Emitter) => e.mul('x', 'x'), x.map((value) => value * value)],
    ['div', (e: Emitter) => e.div('x', e.scalar(4)), x.map((value) => value / 4)],
    ['neg', (e: Emitter) => e.neg('x'), x.map((value) => -value)],
    [
      'keepWhere',
      (e: Emitter) => e.keepWhere(e.op('Greater', ['x', e.scalar(0)]), 'x'),
      x.map((value) => Math.max(value, 0)),
    ],
  ])('%s', (_name, build, expected) => {
    expect(computed(build)).toEqual({ dims: X, data: expected });
  });

  it('sums and means, with and without the axes', () => {
    const columns = [0, 1, 2].map((i) => x[i] + x[3 + i]);
    expect(computed((e) => e.sum('x', [0]))).toEqual({ dims: [1, 3], data: columns });
    expect(computed((e) => e.sum('x', [0], false))).toEqual({ dims: [3], data: columns });
    expect(computed((e) => e.mean('x', [0]))).toEqual({ dims: [1, 3], data: columns.map((sum) => sum / 2) });
  });

  it('other shapes of the same values', () => {
    const [a, c, d, f, g, h] = x;
    expect(computed((e) => e.reshape('x', [3, 2]))).toEqual({ dims: [3, 2], data: x });
    expect(computed((e) => e.transpose('x', [1, 0]))).toEqual({ dims: [3, 2], data: [a, f, c, g, d, h] });
    expect(computed((e) => e.flip('x', [1]))).toEqual({ dims: X, data: [d, c, a, h, g, f] });
    expect(computed((e) => e.flip('x', [0, 1]))).toEqual({ dims: X, data: [h, g, f, d, c, a] });
    expect(computed((e) => e.slice('x', 1, 1, 3))).toEqual({ dims: [2, 2], data: [c, d, g, h] });
    expect(computed((e) => e.expand('b', [3, 2])).data).toEqual(b.flatMap((value) => [value, value]));
    expect(computed((e) => e.zeros([2, 2]))).toEqual({ dims: [2, 2], data: [0, 0, 0, 0] });
    expect(computed((e) => e.padAxis('x', 2, 1, 1, -1))).toEqual({ dims: X, data: [0, a, c, 0, f, g] });
    expect(emitterOf().pad('x', [0, 0], [0, 0])).toBe('x');
  });

  it('the adjoint of broadcasting: axes that were added or stretched are summed', () => {
    const sums = [0, 1, 2].map((i) => x[i] + x[3 + i]);
    expect(computed((e) => e.unbroadcast('x', X, [3]))).toEqual({ dims: [3], data: sums });
    const rows = [x[0] + x[1] + x[2], x[3] + x[4] + x[5]];
    expect(computed((e) => e.unbroadcast('x', X, [2, 1]))).toEqual({ dims: [2, 1], data: rows });
    expect(computed((e) => e.unbroadcast('x', X, [])).dims).toEqual([]);
    expect(emitterOf().unbroadcast('b', B, B)).toBe('b');
  });

  it('numbers of the type that is differentiated', () => {
    const emit = emitterOf();
    emit.type = 'float64';
    emit.scalar(0.1);
    emit.tensor([1, 2], [2]);
    emit.ints([1]);
    expect(emit.initializers.map(({ type }) => type)).toEqual(['float64', 'float64', 'int64']);
    emit.cast('x', 'float16');
    expect(emit.nodes[0].attributes.get('to')).toEqual({ kind: 'int', value: 10 });
  });
});

describe('names', () => {
  it('are new ones, whatever the forward graph is called', () => {
    const emit = emitterOf();
    expect(emit.add('x', 'x')).toBe('vjp/Add_1');
    expect(emit.ops('Split', ['x'], {}, 2)).toEqual(['vjp/Split_2', 'vjp/Split_3']);
  });

  it('of equal constants are the same, of others not', () => {
    const emit = emitterOf();
    expect(emit.scalar(2)).toBe(emit.scalar(2));
    expect(emit.ints([1, 2])).toBe(emit.ints([1, 2]));
    expect(emit.ints([1, 2], [2, 1])).not.toBe(emit.ints([1, 2]));
    expect(emit.tensor([2], [])).not.toBe(emit.tensor([2], []));
    const before = emit.scalar(2);
    emit.type = 'float64';
    expect(emit.scalar(2)).not.toBe(before);
  });
});

describe('what rules ask about the forward graph', () => {
  it('shapes, makers and small constants', () => {
    const emit = emitterOf();
    expect([emit.dims('x'), emit.rank('free')]).toEqual([X, 2]);
    expect(() => emit.dims('free')).toThrow(
      'Value "free" has shape [1, h]; expected one that follows from the input shapes.',
    );
    expect(() => emit.valueType('nowhere')).toThrow('The type of value "nowhere" is not known.');
    expect(emit.producer('vjp/Add_0')).toBe(forward.graph.nodes[0]);
    expect(emit.producer('x')).toBeUndefined();
    expect(emit.values('small')).toEqual([3, 4]);
    expect(isExternal(forward.graph.initializers[1].data)).toBe(true);
    expect([emit.values('far'), emit.values('x')]).toEqual([undefined, undefined]);
  });

  it('outputs that a node may have: added once, with their types', () => {
    const emit = emitterOf();
    const [pool] = forward.graph.nodes;
    const places = emit.optionalOutput(pool, 2, { type: 'int64', dims: X });
    expect(emit.optionalOutput(pool, 2, { type: 'int64', dims: X })).toBe(places);
    expect(emit.extendedOutputs.get(pool)).toEqual(['vjp/Add_0', '', places]);
    expect(emit.valueType(places)).toEqual({ type: 'int64', dims: X });
    expect(emit.optionalOutput(pool, 0, { type: 'float32', dims: X })).toBe('vjp/Add_0');
  });
});
