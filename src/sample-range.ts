/** Some of a restoration's samples, drawn by themselves: ranges of several machines together are one's samples. */
import type { Moments, Solver } from '../solvers/solver.js';
import type { FloatArray } from './core/array.js';
import type { Cost } from './core/checkpoints.js';
import { UsageError } from './core/errors.js';
import type { Drawn } from './draw-samples.js';

/** Samples `from` to `to − 1`, counted from 0. */
export interface SampleRange {
  readonly from: number;
  readonly to: number;
}

/** What a range's samples are, exactly as they were drawn, and what else one run would have drawn before them. */
export interface DrawnRange extends SampleRange, Cost {
  /** [C, H, W] of what the operator takes, which need not be what is reported. */
  readonly images: readonly FloatArray[];
  /** Of the range from 0 on: what the solver knows without samples. */
  readonly moments?: Moments;
  readonly estimate?: FloatArray;
  /** Where the operator is found from the measurement: the image from which it was found anew. */
  readonly looked?: FloatArray;
}

/** What a range cannot be combined with, since it needs all samples at once. */
interface Besides {
  readonly bootstrap?: number;
  readonly epistemic?: number;
}

/** @throws UsageError where it is no range, or its samples cannot be drawn by themselves. */
export function requireRange({ from, to }: SampleRange, solver: Solver, besides: Besides): void {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from < to)) {
    throw new UsageError(
      `samples ${from}:${to} are no range: expected FROM:TO with FROM below TO, such as 0:8`,
    );
  }
  if (solver.kind === 'ensemble') {
    const why = 'weighs its samples together, so none can be drawn by themselves';
    throw new UsageError(`solver ${solver.name} ${why}: expected a number of samples, not ${from}:${to}`);
  }
  if (solver.kind === 'point') {
    throw new UsageError(
      `solver ${solver.name} gives one image and no samples, so there is no range ${from}:${to}`,
    );
  }
  const all = (['bootstrap', 'epistemic'] as const).find((name) => (besides[name] ?? 0) > 0);
  if (all) throw new UsageError(`${all} needs all samples at once, so it goes with no range ${from}:${to}`);
}

/**
 * Ranges in order.
 * @param of what they are of, for messages.
 * @throws UsageError where samples are missing, or in two ranges.
 */
export function inOrder<R extends SampleRange>(ranges: readonly R[], of: string): readonly R[] {
  const ordered = [...ranges].sort((a, b) => a.from - b.from);
  let next = 0;
  for (const { from, to } of ordered) {
    if (from > next) throw new UsageError(`samples ${next}:${from} of ${of} are missing`);
    if (from < next) {
      throw new UsageError(
        `samples ${from}:${Math.min(next, to)} of ${of} are in two ranges, expected each once`,
      );
    }
    next = to;
  }
  // Of one sample some solvers say nothing but a mean, by another way.
  if (next < 2) throw new UsageError(`${of} has fewer than two samples in ranges: --samples 1 draws one`);
  return ordered;
}

/** What one run would have drawn. @param ranges in order, all of them. */
export function joined(ranges: readonly DrawnRange[]): Drawn {
  const images = ranges.flatMap((range) => range.images);
  const [{ moments, estimate }] = ranges;
  return { images, moments, estimate, weighting: {} };
}
