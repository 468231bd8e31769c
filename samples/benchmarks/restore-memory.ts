/**
 * The memory of a restoration beside its estimate: `node dist/samples/benchmarks/restore-memory.js PRIOR SIDE SOLVER
 * SAMPLES [TILE] [PROBLEM]`. One line; three steps, which hold as much as a hundred. Of this process and the runtime's
 * together. Linux only.
 */
import { readFileSync } from 'node:fs';
import { estimateMemory, loadPrior, problem, restore, solvers, zeros } from '../../src/index.js';

const [place, side, solver, samples, tile = '0', operators = 'denoise'] = process.argv.slice(2);
if (samples === undefined) throw new Error('restore-memory.js PRIOR SIDE SOLVER SAMPLES [TILE] [PROBLEM]');

/** A figure of this process, and the same of those that it started: here the runtime's. */
function memory(field: 'VmRSS' | 'VmHWM'): [here: number, runtime: number] {
  const bytesOf = (id: string) =>
    1024 *
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]);
  const ids = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
  return [bytesOf('self'), ids.filter((id) => id !== '').reduce((sum, id) => sum + bytesOf(id), 0)];
}

const prior = await loadPrior(place, { tile: Number(tile) || undefined });
const measurement = zeros([prior.channels, Number(side), Number(side)]);
measurement.data.forEach((_, i) => {
  measurement.data[i] = 0.5 + 0.3 * Math.sin(i * 0.37);
});
const task = { solver: solvers[solver], prior, samples: Number(samples) };
const held = memory('VmRSS');
const steps = 'steps' in task.solver.options.shape ? { steps: 3 } : {};
const job = { measurement, problem: problem(operators, 'gaussian:sigma=25/255'), options: steps };
await restore({ ...task, ...job });
const estimate = estimateMemory({ ...task, imageShape: measurement.shape });
const [here, runtime] = memory('VmHWM').map((bytes, i) => bytes - held[i]);
const [measured, first, second, said] = [here + runtime, here, runtime, estimate].map((bytes) =>
  Math.round(bytes / 1e6),
);
console.log(
  `${process.argv.slice(2).join(' ')}: ${measured} MB (${first} here, ${second} in the runtime), estimated ${said} MB ` +
    `(${(said / measured).toFixed(2)})`,
);
await prior.close();
