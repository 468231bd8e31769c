/** The sliding window of convolutions and pooling, with automatic padding worked out. */
import type { Application } from '../rule.js';

export interface KernelWindow {
  /** Number of spatial axes. */
  readonly axes: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Padding before and after each spatial axis. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * The window of a node that maps spatial sizes `wide` to `narrow` by a convolution or pooling; for ConvTranspose,
 * which maps the other way, the roles are exchanged.
 * @param total the padding of an axis where the node does not state it
 */
export function windowOf(
  at: Application,
  kernel: readonly number[],
  total: (axis: number, stride: number, extent: number) => number | undefined,
  moreBefore: boolean,
): KernelWindow {
  const axes = kernel.length;
  const ones = kernel.map(() => 1);
  const strides = at.ints('strides') ?? ones;
  const dilations = at.ints('dilations') ?? ones;
  const pads = at.ints('pads') ?? [...kernel, ...kernel].map(() => 0);
  const autoPad = at.text('auto_pad', 'NOTSET');
  const amounts = kernel.map((size, i) => total(i, strides[i], dilations[i] * (size - 1) + 1));
  const before = amounts.map((amount, i) => {
    if (amount !== undefined) return moreBefore ? Math.ceil(amount / 2) : Math.floor(amount / 2);
    return autoPad === 'VALID' ? 0 : pads[i];
  });
  const after = amounts.map((amount, i) => {
    if (amount !== undefined) return amount - before[i];
    return autoPad === 'VALID' ? 0 : pads[axes + i];
  });
  return { axes, kernel, strides, dilations, before, after };
}

/** The window of a convolution or pooling over an input of spatial sizes `wide`. */
export function slidingWindow(
  at: Application,
  kernel: readonly number[],
  wide: readonly number[],
): KernelWindow {
  const autoPad = at.text('auto_pad', 'NOTSET');
  const same = autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
  const total = (i: number, stride: number, extent: number) =>
    same ? Math.max(0, (Math.ceil(wide[i] / stride) - 1) * stride + extent - wide[i]) : undefined;
  return windowOf(at, kernel, total, autoPad === 'SAME_LOWER');
}

/** How many elements of the padded input the last window leaves over, by axis. */
export function leftOver(window: KernelWindow, wide: readonly number[], narrow: readonly number[]): number[] {
  const { kernel, strides, dilations, before, after } = window;
  return wide.map((size, i) => {
    const covered = (narrow[i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1;
    return size + before[i] + after[i] - covered;
  });
}
