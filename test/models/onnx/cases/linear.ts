/** Matrix products, convolutions, pooling and resampling. */
import { float, type TestGraph } from '../test-graph.js';
import { type Case, withX } from './case.js';

const einsum = (equation: string, ...dims: readonly (readonly number[])[]): Case => ({
  name: `Einsum ${equation}`,
  build: (g) =>
    g.op(
      'Einsum',
      dims.map((shape, i) => g.input(`x${i}`, shape)),
      { equation },
    ),
});

const products: readonly Case[] = [
  withX('MatMul by a constant', [2, 3, 4], (g, x) => g.op('MatMul', [x, g.weights([4, 5])])),
  withX('MatMul of a constant', [4, 5], (g, x) => g.op('MatMul', [g.weights([2, 3, 4]), x])),
  ...(
    [
      [
        [2, 1, 3, 4],
        [2, 4, 5],
      ],
      [
        [3, 4],
        [2, 4, 5],
      ],
      [[4], [4, 5]],
      [[2, 3, 4], [4]],
      [[4], [2, 4, 5]],
      [[4], [4]],
    ] as const
  ).map(
    ([a, b]): Case => ({
      name: `MatMul [${a}] by [${b}]`,
      build: (g) => g.op('MatMul', [g.input('a', a), g.input('b', b)]),
    }),
  ),
  withX('MatMul of x by itself', [3, 3], (g, x) => g.op('MatMul', [x, x])),
  ...[0, 1].flatMap((transA) =>
    [0, 1].map(
      (transB): Case => ({
        name: `Gemm transA ${transA} transB ${transB}`,
        build: (g) => {
          const inputs = [
            g.input('a', transA ? [4, 3] : [3, 4]),
            g.input('b', transB ? [5, 4] : [4, 5]),
            g.input('c', [5]),
          ];
          return g.op('Gemm', inputs, { transA, transB, alpha: float(0.7), beta: float(1.3) });
        },
      }),
    ),
  ),
  withX('Gemm without C', [3, 4], (g, x) => g.op('Gemm', [x, g.weights([4, 2])])),
  withX('Gemm with C per row', [3, 1], (g, x) => g.op('Gemm', [g.weights([3, 4]), g.weights([4, 2]), x])),
  einsum('bij,bjk->bik', [2, 3, 4], [2, 4, 2]),
  einsum('bij,i->b', [2, 3, 4], [3]),
  einsum('bij->', [2, 3, 4]),
  einsum('ij,jk', [2, 3], [3, 4]),
  einsum('...ij,...jk->...ik', [2, 3, 4], [1, 4, 2]),
  einsum('b...i,oi->b...o', [2, 3, 4, 2], [5, 2]),
  einsum('i,j->ji', [3], [4]),
  einsum('ij,ij,j->i', [2, 3], [2, 3], [3]),
  einsum('bhwpqc->bchpwq', [1, 2, 2, 2, 2, 3]),
];

type Attributes = Parameters<TestGraph['op']>[2];

const conv = (
  name: string,
  x: number[],
  w: number[],
  attributes: Attributes = {},
  options: Partial<Case> = {},
) =>
  withX(
    `Conv ${name}`,
    x,
    (g, input) => g.op('Conv', [input, g.weights(w, { scale: 0.3 }), g.weights([w[0]])], attributes),
    options,
  );

const transposed = (
  name: string,
  x: number[],
  w: number[],
  attributes: Attributes & { group?: number } = {},
) =>
  withX(`ConvTranspose ${name}`, x, (g, input) => {
    const bias = g.weights([w[1] * (attributes.group ?? 1)]);
    return g.op('ConvTranspose', [input, g.weights(w, { scale: 0.3 }), bias], attributes);
  });

/** With respect to weights and bias too. */
const learned = (
  op: string,
  name: string,
  x: number[],
  w: number[],
  bias: number,
  attributes: Attributes = {},
): Case => ({
  name: `${op} ${name}, weights too`,
  build: (g) => g.op(op, [g.input('x', x), g.input('w', w), g.input('b', [bias])], attributes),
});

const convolutions: readonly Case[] = [
  conv('3×3 padded', [1, 3, 8, 9], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }),
  conv('3×3', [2, 3, 5, 6], [4, 3, 3, 3]),
  conv('asymmetric padding', [1, 3, 6, 7], [4, 3, 3, 3], { pads: [0, 1, 2, 1] }),
  conv('padding beyond the kernel', [1, 2, 5, 6], [3, 2, 3, 3], { pads: [3, 3, 3, 3] }),
  conv('dilated', [1, 3, 9, 9], [4, 3, 3, 3], { pads: [2, 2, 2, 2], dilations: [2, 2] }),
  conv('dilated unevenly with stride', [1, 2, 9, 8], [3, 2, 3, 2], {
    pads: [1, 0, 2, 1],
    dilations: [2, 3],
    strides: [2, 1],
  }),
  conv('2 groups', [1, 4, 6, 6], [6, 2, 3, 3], { pads: [1, 1, 1, 1], group: 2 }),
  conv('depthwise', [1, 4, 6, 6], [4, 1, 3, 3], { pads: [1, 1, 1, 1], group: 4 }),
  conv('depthwise, two outputs each', [1, 3, 5, 5], [6, 1, 3, 3], { group: 3 }),
  conv('2 groups with stride', [1, 4, 7, 6], [6, 2, 3, 3], { pads: [1, 1, 1, 1], group: 2, strides: [2, 2] }),
  conv('1×1', [2, 4, 4, 3], [3, 4, 1, 1]),
  conv('stride 2, even', [1, 3, 8, 8], [4, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('stride 2, odd', [1, 3, 9, 7], [4, 3, 3, 3], { pads: [1, 1, 1, 1], strides: [2, 2] }),
  conv('stride 2, padded after', [1, 3, 8, 8], [4, 3, 3, 3], { pads: [0, 0, 1, 1], strides: [2, 2] }),
  conv('stride 3, rows left over', [1, 2, 10, 9], [3, 2, 2, 2], { strides: [3, 3] }),
  conv('patches', [1, 3, 8, 8], [5, 3, 4, 4], { strides: [4, 4] }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) => [
    conv(`${auto_pad} stride 2`, [1, 3, 7, 8], [4, 3, 3, 3], { auto_pad, strides: [2, 2] }),
    conv(`${auto_pad} even kernel`, [1, 2, 6, 5], [3, 2, 4, 2], { auto_pad }),
  ]),
  conv('over one axis', [1, 3, 9], [4, 3, 3], { pads: [1, 1], strides: [2] }),
  conv('over three axes', [1, 2, 4, 5, 4], [2, 2, 3, 2, 2], { pads: [1, 0, 1, 1, 1, 0] }),
  conv('at 9', [1, 3, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1], kernel_shape: [3, 3] }, { opset: 9 }),
  conv('at 22', [1, 3, 5, 6], [4, 3, 3, 3], { pads: [1, 1, 1, 1] }, { opset: 22 }),
  learned('Conv', '3×3', [2, 3, 5, 6], [4, 3, 3, 3], 4, { pads: [1, 1, 1, 1] }),
  learned('Conv', 'stride 2, rows left over', [2, 2, 6, 7], [3, 2, 3, 2], 3, {
    strides: [2, 2],
    pads: [0, 1, 1, 0],
  }),
  learned('Conv', '2 groups, dilated', [2, 4, 7, 6], [6, 2, 3, 2], 6, { group: 2, dilations: [2, 1] }),
  learned('ConvTranspose', 'stride 2', [2, 3, 3, 4], [3, 2, 3, 3], 2, {
    strides: [2, 2],
    pads: [1, 0, 1, 1],
  }),
  learned('ConvTranspose', '2 groups', [1, 4, 3, 3], [4, 3, 2, 2], 6, { group: 2 }),
  transposed('k4 s2 p1', [1, 3, 5, 4], [3, 4, 4, 4], { strides: [2, 2], pads: [1, 1, 1, 1] }),
  transposed('k5 s2 p2, one more', [1, 3, 5, 4], [3, 4, 5, 5], {
    strides: [2, 2],
    pads: [2, 2, 2, 2],
    output_padding: [1, 1],
  }),
  transposed('2 groups', [1, 4, 5, 4], [4, 3, 3, 3], { strides: [2, 2], group: 2, output_padding: [1, 1] }),
  transposed('k2 s2', [2, 3, 5, 4], [3, 4, 2, 2], { strides: [2, 2] }),
  transposed('dilated, asymmetric', [1, 2, 4, 5], [2, 3, 3, 2], { dilations: [2, 1], pads: [1, 0, 2, 1] }),
  transposed('of given shape', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], output_shape: [8, 10] }),
  transposed('SAME_UPPER', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  transposed('SAME_LOWER', [1, 2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], auto_pad: 'SAME_LOWER' }),
  transposed('over one axis', [1, 3, 5], [3, 2, 4], { strides: [3] }),
];

const pool = (op: string, name: string, x: number[], attributes: Attributes, options: Partial<Case> = {}) =>
  withX(`${op} ${name}`, x, (g, input) => g.op(op, [input], attributes), options);

const pooling: readonly Case[] = [
  pool('AveragePool', 'k2 s2', [1, 2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('AveragePool', 'k2 s2, odd', [2, 2, 7, 5], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('AveragePool', 'padding not counted', [1, 2, 7, 6], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  pool('AveragePool', 'padding counted', [1, 2, 7, 6], {
    kernel_shape: [3, 3],
    pads: [1, 1, 1, 1],
    count_include_pad: 1,
  }),
  pool('AveragePool', 'SAME_UPPER', [1, 2, 5, 6], {
    kernel_shape: [3, 2],
    strides: [2, 2],
    auto_pad: 'SAME_UPPER',
  }),
  pool(
    'AveragePool',
    'dilated at 19',
    [1, 2, 7, 7],
    { kernel_shape: [2, 3], dilations: [2, 2], pads: [1, 1, 0, 1] },
    { opset: 19 },
  ),
  pool('AveragePool', 'over one axis', [1, 2, 7], { kernel_shape: [3], strides: [2] }),
  pool('AveragePool', 'ceil_mode that changes nothing', [1, 2, 6, 6], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    ceil_mode: 1,
  }),
  pool('AveragePool', 'at 9', [1, 2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }, { opset: 9 }),
  pool('MaxPool', 'k2 s2', [2, 2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }),
  pool('MaxPool', 'k3 s2 padded', [1, 2, 7, 6], {
    kernel_shape: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
  }),
  pool('MaxPool', 'ceil_mode, dilated', [1, 2, 8, 8], {
    kernel_shape: [2, 2],
    strides: [2, 2],
    dilations: [2, 2],
    ceil_mode: 1,
  }),
  pool('MaxPool', 'over one axis', [1, 2, 7], { kernel_shape: [3], strides: [1] }),
  pool('MaxPool', 'at 9', [1, 2, 6, 6], { kernel_shape: [2, 2], strides: [2, 2] }, { opset: 9 }),
  withX('MaxPool with its positions in use', [1, 1, 4, 4], (g, x) => {
    const [y, positions] = g.ops(2, 'MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    return g.op('Mul', [y, g.op('Cast', [positions], { to: 1 })]);
  }),
];

const resize = (name: string, attributes: Attributes, scales: number[], dims = [1, 2, 4, 5]): Case =>
  withX(`Resize ${name}`, dims, (g, x) =>
    g.op('Resize', [x, '', g.constant(scales, [scales.length])], attributes),
  );

const sized = (name: string, attributes: Attributes, sizes: number[], dims = [1, 2, 4, 5]): Case =>
  withX(`Resize ${name}`, dims, (g, x) => g.op('Resize', [x, '', '', g.ints(sizes)], attributes));

const floored = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
const linear = (coordinate_transformation_mode: string) => ({
  mode: 'linear',
  coordinate_transformation_mode,
});

const resampling: readonly Case[] = [
  resize('nearest ×2, floor', floored, [1, 1, 2, 2]),
  resize('nearest ×2 by ×3', floored, [1, 1, 2, 3]),
  resize('nearest ×2, half pixel', { mode: 'nearest' }, [1, 1, 2, 2]),
  resize('nearest ×1.5', floored, [1, 1, 1.5, 1.6]),
  resize('nearest ×0.5', { mode: 'nearest', nearest_mode: 'ceil' }, [1, 1, 0.5, 0.5]),
  resize('nearest of 3 axes', floored, [1, 1, 2], [2, 2, 5]),
  resize('linear ×2', linear('half_pixel'), [1, 1, 2, 2]),
  resize('linear ×1.3, scales not the ratio of sizes', linear('half_pixel'), [1, 1, 1.3, 1.3]),
  resize('linear, corners aligned', linear('align_corners'), [1, 1, 2, 3]),
  resize('linear, asymmetric, down', linear('asymmetric'), [1, 1, 0.5, 0.6], [1, 2, 6, 5]),
  resize('linear, as PyTorch', linear('pytorch_half_pixel'), [1, 1, 2, 0.5]),
  resize('linear, antialiased', { ...linear('half_pixel'), antialias: 1 }, [1, 1, 0.5, 0.5], [1, 2, 8, 6]),
  resize('cubic ×2', { mode: 'cubic', cubic_coeff_a: float(-0.5) }, [1, 1, 2, 2]),
  resize('cubic, outside excluded', { mode: 'cubic', exclude_outside: 1 }, [1, 1, 1.5, 2]),
  resize('cubic, antialiased', { mode: 'cubic', antialias: 1 }, [1, 1, 0.4, 0.5], [1, 1, 10, 8]),
  resize(
    'linear, antialiased, outside excluded',
    { mode: 'linear', antialias: 1, exclude_outside: 1 },
    [1, 1, 0.5, 0.7],
    [1, 1, 8, 7],
  ),
  sized('to sizes', linear('half_pixel'), [1, 2, 7, 3]),
  sized('two axes only', { ...linear('half_pixel'), axes: [2, 3] }, [8, 7]),
  sized('to the same size', linear('half_pixel'), [1, 2, 4, 5]),
  withX(
    'Upsample at 9',
    [1, 2, 4, 5],
    (g, x) => g.op('Upsample', [x, g.constant([1, 1, 2, 3], [4])], { mode: 'nearest' }),
    {
      opset: 9,
    },
  ),
  withX(
    'Upsample at 7, linear',
    [1, 2, 4, 5],
    (g, x) => {
      return g.op('Upsample', [x], { mode: 'linear', scales: { kind: 'floats', value: [1, 1, 2, 2] } });
    },
    { opset: 8 },
  ),
  withX(
    'Resize at 10',
    [1, 2, 4, 5],
    (g, x) => g.op('Resize', [x, g.constant([1, 1, 2, 2], [4])], { mode: 'nearest' }),
    {
      opset: 10,
    },
  ),
  withX(
    'Resize at 11',
    [1, 2, 4, 5],
    (g, x) => {
      return g.op(
        'Resize',
        [x, g.constant([], [0]), g.constant([], [0]), g.ints([1, 2, 8, 10])],
        linear('half_pixel'),
      );
    },
    { opset: 11 },
  ),
];

export const linearCases = [...products, ...convolutions, ...pooling, ...resampling];
