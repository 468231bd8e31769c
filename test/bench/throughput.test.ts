import { expect, it } from 'vitest';
import { benchSpec, type ThroughputSpec } from '../../src/bench/spec.js';
import { throughputBench, throughputTable } from '../../src/bench/throughput.js';

it('times a picture and a folder with each number of workers, over the first', async () => {
  const spec = benchSpec.parse({
    ...{ kind: 'throughput', prior: 'photo-small', size: [16, 24], rounds: 1, steps: 2 },
    ...{ samples: 2, pictures: 2 },
    runs: [{ workers: 1, threads: 1 }, { workers: 1 }, { workers: 512, threads: 1 }],
  }) as ThroughputSpec;
  const told: string[] = [];
  const rows = await throughputBench(spec, (line) => told.push(line));
  expect(told).toEqual(['round 1 of 1']);
  expect(rows.map(({ workers }) => workers)).toEqual([1, 1, 512]);
  const [first, second, large] = rows;
  expect([first.samplesGain, first.picturesGain]).toEqual([1, 1]);
  expect(second.samplesGain).toBeCloseTo(second.samplesPerSecond! / first.samplesPerSecond!, 9);
  expect(second.picturesGain).toBeCloseTo(second.picturesPerSecond! / first.picturesPerSecond!, 9);
  expect(large).toEqual({ workers: 512, threads: 1 });
}, 60_000);

it('the table says where a machine has not the cores', () => {
  const timed = { samplesPerSecond: 1.5, picturesPerSecond: 2, samplesGain: 1.75, picturesGain: 1.81 };
  const lines = throughputTable([
    { workers: 2, threads: 1, ...timed },
    { workers: 8, threads: 1 },
  ]).split('\n');
  const cells = lines.slice(2).map((line) => line.split('|').map((cell) => cell.trim()));
  expect(cells[0]).toEqual(['', '2', '1', '1.500', '1.75 ×', '2.000', '1.81 ×', '', '']);
  expect(cells[1].at(-2)).toMatch(/not on this machine/);
});
