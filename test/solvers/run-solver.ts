/** A solver by itself, as `restore` would call it. */
import { requireMatch } from '../../solvers/choose.js';
import type { EnsembleContext, Solver, Task } from '../../solvers/solver.js';
import { parseOptions } from '../../src/core/options.js';

/** What `solver.run` makes of a task that it can do, its options filled in; no preset. */
export async function runSolver<S extends Solver>(
  solver: S,
  task: Task,
  options: Readonly<Record<string, unknown>>,
  context: Parameters<S['run']>[2],
): Promise<Awaited<ReturnType<S['run']>>> {
  const parsed = parseOptions(solver.options, `solver ${solver.name}`, options);
  const found = await solver.run(requireMatch(solver, task), parsed, context as EnsembleContext);
  return found as Awaited<ReturnType<S['run']>>;
}
