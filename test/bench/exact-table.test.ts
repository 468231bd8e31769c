import { expect, it } from 'vitest';
import type { ExactRow } from '../../src/bench/exact.js';
import { exactTable } from '../../src/bench/exact-table.js';

const run = (distance: number, logEvidenceError?: number) => ({
  ...{ distance, floor: 0.01, priorDistance: 1, meanError: 0.1, covarianceError: 0.2, logEvidenceError },
  ...{
    coverage50: 0.5,
    coverage90: 0.88,
    effectiveSamples: 100,
    networkEvaluations: 50,
    vjps: 0,
    seconds: 2,
  },
});
const ranks = (deviation: number, error: number) => ({ ranks: { deviation, error } });
const lineOf = (runs: readonly object[]) => {
  const row = { problem: 'R0', solver: 'mmps', options: { steps: 10 }, samples: 100, runs };
  const [header, , line] = exactTable([row as unknown as ExactRow]).split('\n');
  const cells = (text: string) => text.split('|').map((cell) => cell.trim());
  return (name: string) => cells(line)[cells(header).indexOf(name)];
};

it('one run has its figures; what a solver does not give is a dash', () => {
  const of = lineOf([run(0.125)]);
  expect(['solver', 'options', 'distance', 'in 90 %', 'Δlog p(y)', 's'].map(of)).toEqual([
    ...['mmps', 'steps=10', '0.125', '88 %', '–', '2'],
  ]);
});

it('ranks have the mean of the runs and its standard error', () => {
  const of = lineOf([
    { ...run(0.1), ...ranks(0.2, 0.03) },
    { ...run(0.1), ...ranks(0.4, 0.04) },
  ]);
  expect(of('ranks')).toBe('0.300 ± 0.025');
  expect(lineOf([run(0.1)])('ranks')).toBe('–');
});

it('the error that a solver states of its evidence stands beside the true one', () => {
  const of = lineOf([{ ...run(0.1, -6), statedEvidenceError: 0.9 }]);
  expect([of('Δlog p(y)'), of('stated ±')]).toEqual(['-6.00', '0.90']);
});

it('several runs have mean and half the 95 % interval, and the sum of their seconds', () => {
  const of = lineOf([run(0.1, 1), run(0.2, 3)]);
  // Of two values d apart the standard error of the mean is d/2.
  expect(of('distance')).toBe('0.150 ± 0.098');
  expect(of('Δlog p(y)')).toBe('2.00 ± 1.96');
  expect(of('s')).toBe('4');
});
