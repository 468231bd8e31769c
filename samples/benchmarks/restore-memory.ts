/**
 * The memory of a restoration beside its estimate: `node dist/samples/benchmarks/restore-memory.js PRIOR SIDE SOLVER
 * SAMPLES [TILE] [PROBLEM]`. One line; three steps, which hold as much as a hundred. Linux only.
 */
import { readFileSync } from 'node:fs';
import { estimateMemory, loadPrior, problem, restore, solvers, zeros } from '../../src/index.js';

const [place, side, solver, samples, tile = '0', operators = 'denoise'] = process.argv.slice(2);
if (samples === undefined) throw new Error('restore-memory.js PRIOR SIDE SOLVER SAMPLES [TILE] [PROBLEM]');

function bytes(field: string): number {
  return (
    1024 *
    Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1])
  );
}

const prior = await loadPrior(place, { tile: Number(tile) || undefined });
const measurement = zeros([prior.channels, Number(side), Number(side)]);
measurement.data.forEach((_, i) => {
  measurement.data[i] = 0.5 + 0.3 * Math.sin(i * 0.37);
});
const task = { solver: solvers[solver], prior, samples: Number(samples) };
const held = bytes('VmRSS');
const job = { measurement, problem: problem(operators, 'gaussian:sigma=25/255'), options: { steps: 3 } };
await restore({ ...task, ...job });
const estimate = estimateMemory({ ...task, imageShape: measurement.shape });
const [measured, said] = [bytes('VmHWM') - held, estimate].map((value) => Math.round(value / 1e6));
console.log(
  `${process.argv.slice(2).join(' ')}: ${measured} MB, estimated ${said} MB (${(said / measured).toFixed(2)})`,
);
await prior.close();
