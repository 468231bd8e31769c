import { expect, it } from 'vitest';
import type { PhotographsRow } from '../../src/bench/photographs.js';
import { photographsTable } from '../../src/bench/photographs-table.js';

const photograph = (name: string, psnr: number) => ({
  ...{ name, psnr, ssim: 0.9, samplePsnr: psnr - 1, sampleSsim: 0.8, closestPsnr: psnr - 2, misfit: 1 },
  ...{ ceiling: 40, coverage50: 0.5, coverage: 0.9, coverage99: 0.99, crps: 12, spreadSkill: 1 },
  ...{ samples: 4, networkEvaluations: 80, vjps: 0, seconds: 8 },
});
const row = (solver: string, baseline: boolean, photographs: readonly object[]) =>
  ({ problem: 'denoise', noise: 'gaussian:sigma=0.1', solver, baseline, photographs }) as PhotographsRow;

const cells = (line: string) => line.split('|').map((cell) => cell.trim());

it('a gain is over the better baseline, on the photographs that both have done', () => {
  const table = photographsTable([
    row('wiener', true, [photograph('a', 28), photograph('b', 20)]),
    row('tv', true, [photograph('a', 30), photograph('b', 22)]),
    row('dps', false, [photograph('a', 33)]),
  ]).split('\n');
  const header = cells(table[0]);
  const [wiener, , dps] = table.slice(2).map(cells);
  const of = (line: string[], name: string) => line[header.indexOf(name)];
  expect(of(wiener, 'solver')).toBe('wiener (baseline)');
  expect([of(wiener, 'PSNR dB'), of(wiener, 'gain dB')]).toEqual(['24.00', '–']);
  expect([of(dps, 'PSNR dB'), of(dps, 'gain dB'), of(dps, '90 % holds')]).toEqual(['33.00', '3.00', '90 %']);
  // What is counted and timed is for one of the four samples.
  expect([of(dps, 'runs'), of(dps, 's')]).toEqual(['20', '2.0']);
});

it('without baseline or interval there is a dash', () => {
  const [, , line] = photographsTable([
    row('dps', false, [{ ...photograph('a', 33), coverage: undefined, ceiling: undefined }]),
  ]).split('\n');
  expect(cells(line).filter((cell) => cell === '–')).toHaveLength(3);
  expect(cells(line)).toEqual(expect.arrayContaining(['50 %', '99 %', '12.0', '1.00']));
});

it('a second table says where intervals hold', () => {
  const held = (edge: number, hole?: number) => ({
    edge: { share: 0.3, held: edge, width: 1 },
    ...(hole !== undefined && { hole: { share: 0.5, held: hole, width: 1 } }),
  });
  const table = photographsTable([
    row('wiener', true, [photograph('a', 28)]),
    row('dps', false, [
      { ...photograph('a', 33), places: held(0.7, 0.6) },
      { ...photograph('b', 33), places: held(0.9) },
    ]),
  ]);
  const [, words, where] = table.split('\n\n');
  expect(words).toBe('Share of the true values inside the 90 % interval, by place:');
  const [header, , line, ...others] = where.split('\n').map(cells);
  expect(others).toEqual([]);
  const of = (name: string) => line[header.indexOf(name)];
  expect(['solver', 'photographs', 'edge', 'hole', 'flat'].map(of)).toEqual([
    'dps',
    '2',
    '80 %',
    '60 %',
    '–',
  ]);
});
