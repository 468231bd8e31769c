/** The moments of what a solver draws, with no sampling at all. */
import type { ChainSolver, Task } from '../../solvers/solver.js';
import { floatArray, sizeOf } from '../../src/core/array.js';
import type { Random } from '../../src/core/random.js';
import { runSolver } from '../solvers/run-solver.js';

/**
 * Mean and covariance of a chain that is affine in the normals it draws, as chains on a Gaussian prior are: the mean is
 * what comes of zeros, and each draw contributes what its unit moves the result by.
 * @returns mean, and the entries 11, 12, 22 of the covariance, in the units of `problem.report`.
 */
export async function momentsOf(solver: ChainSolver, task: Task, options: Readonly<Record<string, unknown>>) {
  const { mean, draws } = await run(solver, task, options, -1);
  const covariance = [0, 0, 0];
  for (let place = 0; place < draws; place++) {
    const moved = await run(solver, task, options, place);
    const [u, v] = moved.mean.map((value, i) => value - mean[i]);
    covariance[0] += u * u;
    covariance[1] += u * v;
    covariance[2] += v * v;
  }
  return { mean, covariance };
}

/** The chain whose draws are all 0, but 1 at one place. */
async function run(
  solver: ChainSolver,
  task: Task,
  options: Readonly<Record<string, unknown>>,
  place: number,
) {
  let draws = 0;
  const normal = () => (draws++ === place ? 1 : 0);
  const unused = () => {
    throw new Error('only normals are drawn by chains that are affine in them');
  };
  const stream: Random = {
    normal,
    normals: (shape) => floatArray(Float32Array.from({ length: sizeOf(shape) }, normal), shape),
    position: 0,
    uint32: unused,
    // Signs of probes.
    integer: () => 0,
    uniform: unused,
  };
  const x = await runSolver(solver, task, options, { random: () => stream, step: async () => {} });
  return { mean: [...task.problem.report(x).data], draws };
}
