/** Convolutions and their transposes. */
import { int, ints } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';
import { type KernelWindow, leftOver, slidingWindow, windowOf } from './window.js';

const convolution: Rule = (emit, at) => {
  const [x, w, bias] = at.inputs;
  const wide = emit.dims(x).slice(2);
  const window = slidingWindow(at, emit.dims(w).slice(2), wide);
  const group = at.int('group', 1);
  return [
    at.wants(0) ? inputCotangent(emit, at, window, group) : undefined,
    at.wants(1) ? weightCotangent(emit, x, at.g, emit.dims(x), emit.dims(at.y), window, group) : undefined,
    bias && at.wants(2) ? biasCotangent(emit, at) : undefined,
  ];
};

/**
 * With stride 1 the transpose of a convolution is one with reversed kernels, for which ONNX Runtime is fastest (its
 * weights are reversed once, when the model is loaded). Otherwise it is ConvTranspose with the weights as they are.
 */
function inputCotangent(emit: Emitter, at: Application, window: KernelWindow, group: number): string {
  const [x, w] = at.inputs;
  const { kernel, strides, dilations, before, after } = window;
  const reach = kernel.map((size, i) => dilations[i] * (size - 1));
  const pads = [...before.map((n, i) => reach[i] - n), ...after.map((n, i) => reach[i] - n)];
  if (strides.every((stride) => stride === 1) && pads.every((n) => n >= 0)) {
    return emit.op('Conv', [at.g, reversedKernels(emit, w, group)], {
      ...windowAttributes(window),
      pads: ints(pads),
      group: int(group),
    });
  }
  const rest = leftOver(window, emit.dims(x).slice(2), emit.dims(at.y).slice(2));
  return emit.op('ConvTranspose', [at.g, w], {
    ...windowAttributes(window),
    pads: ints([...before, ...after]),
    output_padding: ints(rest),
    group: int(group),
  });
}

/** [M, C/group, k…] to [C, M/group, reversed k…]. */
function reversedKernels(emit: Emitter, w: string, group: number): string {
  const [out, inGroup, ...kernel] = emit.dims(w);
  const spatial = kernel.map((_, i) => i);
  const flipped = emit.flip(
    w,
    spatial.map((i) => i + 2),
  );
  if (group === 1) return emit.transpose(flipped, [1, 0, ...spatial.map((i) => i + 2)]);
  const grouped = emit.reshape(flipped, [group, out / group, inGroup, ...kernel]);
  const swapped = emit.transpose(grouped, [0, 2, 1, ...spatial.map((i) => i + 3)]);
  return emit.reshape(swapped, [group * inGroup, out / group, ...kernel]);
}

/**
 * Each weight's cotangent correlates the input with the cotangent of the output: a convolution in which batch and
 * channels change places, and strides and dilations too.
 * @returns [M, C/group, k…] for an input [N, C, …] and an output cotangent [N, M, …]
 */
function weightCotangent(
  emit: Emitter,
  x: string,
  g: string,
  xDims: readonly number[],
  gDims: readonly number[],
  window: KernelWindow,
  group: number,
): string {
  const { axes, kernel, strides, dilations, before, after } = window;
  const [batch, channels, ...wide] = xDims;
  const [, out, ...narrow] = gDims;
  const spatial = Array.from({ length: axes }, (_, i) => i);
  const signal = emit.reshape(
    emit.transpose(emit.reshape(x, [batch, group, channels / group, ...wide]), [
      2,
      1,
      0,
      ...spatial.map((i) => i + 3),
    ]),
    [channels / group, group * batch, ...wide],
  );
  const filters = emit.transpose(g, [1, 0, ...spatial.map((i) => i + 2)]);
  const full = emit.op('Conv', [signal, filters], {
    kernel_shape: ints(narrow),
    strides: ints(dilations),
    dilations: ints(strides),
    pads: ints([...before, ...after]),
    group: int(group),
  });
  // Rows of the input that no window reaches appear as kernel taps beyond the last.
  const cropped = spatial.reduce((value, i) => emit.slice(value, i + 2, 0, kernel[i]), full);
  const swapped = emit.transpose(cropped, [1, 0, ...spatial.map((i) => i + 2)]);
  return emit.reshape(swapped, [out, channels / group, ...kernel]);
}

function biasCotangent(emit: Emitter, at: Application): string {
  const axes = emit.dims(at.y).map((_, axis) => axis);
  return emit.sum(
    at.g,
    axes.filter((axis) => axis !== 1),
    false,
  );
}

const convolutionTranspose: Rule = (emit, at) => {
  const [x, w, bias] = at.inputs;
  const window = transposeWindow(emit, at);
  const group = at.int('group', 1);
  const ofInput = () =>
    emit.op('Conv', [at.g, w], {
      ...windowAttributes(window),
      pads: ints([...window.before, ...window.after]),
      group: int(group),
    });
  return [
    at.wants(0) ? ofInput() : undefined,
    at.wants(1) ? weightCotangent(emit, at.g, x, emit.dims(at.y), emit.dims(x), window, group) : undefined,
    bias && at.wants(2) ? biasCotangent(emit, at) : undefined,
  ];
};

/** Where the output's shape is given, or automatic, the padding is what makes it so. */
function transposeWindow(emit: Emitter, at: Application): KernelWindow {
  const wide = emit.dims(at.y).slice(2);
  const narrow = emit.dims(at.x).slice(2);
  const kernel = emit.dims(at.inputs[1]).slice(2);
  const autoPad = at.text('auto_pad', 'NOTSET');
  const implied = at.ints('output_shape') !== undefined || autoPad.startsWith('SAME');
  const extra = at.ints('output_padding') ?? kernel.map(() => 0);
  const total = (i: number, stride: number, extent: number) =>
    implied ? (narrow[i] - 1) * stride + extent + extra[i] - wide[i] : undefined;
  const window = windowOf(at, kernel, total, autoPad !== 'SAME_UPPER');
  if ([...window.before, ...window.after].some((n) => n < 0)) {
    at.refuse('its output is larger than the kernel reaches; expected an output_shape without such a rest');
  }
  return window;
}

function windowAttributes({ kernel, strides, dilations }: KernelWindow) {
  return { kernel_shape: ints(kernel), strides: ints(strides), dilations: ints(dilations) };
}

export const convolutions = {
  Conv: convolution,
  ConvTranspose: convolutionTranspose,
} satisfies RuleTable;
