/** What a solver says of itself before it runs: the ranges of its options, and what it cannot do without. */
import { expect } from 'vitest';
import { poissonNoise } from '../../problems/noises/poisson.js';
import type { LinearOperator } from '../../problems/operator.js';
import { requireMatch } from '../../solvers/choose.js';
import type { Solver, Task } from '../../solvers/solver.js';

interface Range {
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
}

/** Whole numbers from 1 up to a largest. */
export const counts = (largest: number): Range => ({
  takes: [1, 2, largest],
  refuses: [0, 1.5, largest + 1],
});

/** Whole numbers from 1 on. */
export const endless: Range = { takes: [1, 2, 1e6], refuses: [0, 1.5] };

/** From 0 to 1, both included. */
export const share: Range = { takes: [0, 0.5, 1], refuses: [-0.01, 1.01] };

/** From 0 on, 0 included. */
export const atLeastZero: Range = { takes: [0, 0.5, 100], refuses: [-0.01] };

/** Above 0, and up to `largest` if there is one. */
export const positive = (largest = Number.MAX_VALUE): Range => ({
  takes: [1e-9, largest / 2, largest],
  refuses: [0, -1, ...(largest < Number.MAX_VALUE ? [1.01 * largest] : [])],
});

export function expectRanges(
  { options }: Pick<Solver, 'options'>,
  ranges: Readonly<Record<string, Range>>,
): void {
  for (const [name, { takes, refuses }] of Object.entries(ranges)) {
    for (const value of takes) {
      expect(options.safeParse({ [name]: value }).success, `${name}=${value} is taken`).toBe(true);
    }
    for (const value of refuses) {
      expect(options.safeParse({ [name]: value }).success, `${name}=${value} is refused`).toBe(false);
    }
  }
}

/** Tasks that lack one thing each. */
const lacking: Readonly<Record<string, (task: Task) => Task>> = {
  prior: (task) => ({ ...task, prior: undefined }),
  gradient: (task) => ({ ...task, prior: { ...task.prior, linearize: undefined } as Task['prior'] }),
  linear: (task) => {
    const { adjoint: _, ...opaque } = task.problem.operator as LinearOperator;
    return { ...task, problem: { ...task.problem, operator: opaque } };
  },
  svd: (task) => withOperator(task, { svd: undefined }),
  identity: (task) => withOperator(task, { identity: false }),
  undo: (task) => withOperator(task, { undo: undefined }),
  'equal variance': (task) => {
    const { problem } = task;
    const variance = () => new Float32Array(task.measurement.size).fill(1);
    return { ...task, problem: { ...problem, noise: { ...problem.noise, variance } } };
  },
  variance: (task) => ({ ...task, problem: { ...task.problem, noise: poissonNoise(0.01) } }),
};

function withOperator(task: Task, changed: object): Task {
  const { problem } = task;
  return { ...task, problem: { ...problem, operator: { ...problem.operator, ...changed } } };
}

/** What the solver refuses to go without, of a task that it takes as it is. */
export function needsOf(solver: Solver, task: Task): string[] {
  requireMatch(solver, task);
  return Object.keys(lacking).filter((name) => {
    try {
      requireMatch(solver, lacking[name](task));
      return false;
    } catch {
      return true;
    }
  });
}
