/** A solver that gives the measurement back: what is written is what was read. */
import { z } from 'zod';
import type { ChainSolver, Task } from '../../solvers/solver.js';

/** @param see is told each task. */
export function echo(see: (task: Task) => void = () => {}): ChainSolver {
  return {
    kind: 'chain',
    name: 'echo',
    summary: 'for tests',
    needs: { prior: 'none', noise: 'any' },
    samplesPosterior: true,
    options: z.object({}),
    presets: {},
    async run(task) {
      see(task);
      return task.measurement;
    },
  };
}
