import { expect, it } from 'vitest';
import { benchSpec, type SpeedSpec } from '../../src/bench/spec.js';
import { speedBench, speedTable } from '../../src/bench/speed.js';

it('times denoising, gradient and step within one process, for each number of samples', async () => {
  const spec = benchSpec.parse({
    ...{ kind: 'speed', prior: 'photo-small', size: [16, 24], threads: [1], samples: [1, 2] },
    ...{ rounds: 1, steps: 2 },
  }) as SpeedSpec;
  const rows = await speedBench(spec);
  expect(rows.map(({ threads, samples }) => [threads, samples])).toEqual([
    [1, 1],
    [1, 2],
  ]);
  for (const { denoise, denoiseAndVjp, step, stepPerDenoise, outside } of rows) {
    for (const time of [denoise, denoiseAndVjp, step]) expect(time).toBeGreaterThan(0);
    expect(stepPerDenoise).toBeCloseTo(step / denoise, 9);
    expect(outside).toBeGreaterThanOrEqual(0);
    expect(outside).toBeLessThan(1);
  }
}, 60_000);

it('the table has a line for each row', () => {
  const row = { ...{ threads: 1, samples: 2, denoise: 100.04, denoiseAndVjp: 250, step: 210 } };
  const line = speedTable([{ ...row, stepPerDenoise: 2.1, outside: 0.034, peakMemory: 512.4 }]).split(
    '\n',
  )[2];
  expect(line.split('|').map((cell) => cell.trim())).toEqual([
    ...['', '1', '2', '100.0', '250.0', '210.0', '2.10', '3.4 %', '512', ''],
  ]);
});
