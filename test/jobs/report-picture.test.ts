import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filled, mapArray } from '../../src/core/array.js';
import { encodeNpz } from '../../src/io/npz.js';
import { encodePicture } from '../../src/io/picture.js';
import type { Reported } from '../../src/jobs/report-folder.js';
import { pictureOf } from '../../src/jobs/report-picture.js';
import { fill, temporaryFolder } from '../io/folders.js';

const shape = [1, 10, 20];

/** Estimates of 0.5 with a deviation of 0.1; the truth is off by 0 to 0.2. */
async function result(made: object = {}, line: object = {}): Promise<{ folder: string; reported: Reported }> {
  const folder = temporaryFolder();
  const [mean, sd] = [filled(shape, 0.5), filled(shape, 0.1)];
  const [lower, upper] = [filled(shape, 0.35), filled(shape, 0.65)];
  const truth = mapArray(mean, (value, i) => value + (0.2 * (i % 20)) / 19);
  fill(folder, {
    'a.posterior.npz': encodeNpz({ mean, sd, lower, upper }),
    'truth/a.png': await encodePicture({ image: truth, bits: 16, format: 'png' }),
  });
  const problem = {
    operators: [{ name: 'denoise', options: {} }],
    noise: { name: 'gaussian', options: { sigma: 0.1 } },
  };
  const whole = {
    solver: 'dps',
    problem,
    options: { zeta: 0.3 },
    seed: 3,
    level: 0.9,
    estimate: 'mean',
    ...made,
  };
  const facts = {
    name: 'a',
    files: [],
    misfit: [1, 1.2],
    seconds: 2,
    networkEvaluations: 10,
    made: whole,
    ...line,
  };
  return { folder, reported: { label: 'a', folder, line: facts as unknown as Reported['line'] } };
}

it('draws what intervals of the deviation hold, and what a calibrated one does', async () => {
  const { folder, reported } = await result();
  const picture = await pictureOf('a', [reported], join(folder, 'truth'));
  const [{ curve, facts, command }] = picture.results;
  // 1.645 deviations are 0.1645, which 16 of 20 columns are within; 0.674 are 0.0674: 7 of 20.
  const at = (level: number) => curve!.points.find(([of]) => Math.abs(of - level) < 1e-9)![1];
  expect(at(0.9)).toBeCloseTo(0.8, 6);
  expect(at(0.5)).toBeCloseTo(0.35, 6);
  expect(facts).toContainEqual(['misfit', '1.00, 1.20']);
  expect(command).toBe(
    'retrodict restore IN --out OUT --problem denoise --noise gaussian:sigma=0.1 --solver dps --set zeta=0.3 --seed 3 --level 0.9 --estimate mean',
  );
  const calibration = { promise: 'average', words: '90 % of the pixels', card: 'c.json' };
  const other = await result({}, { calibration });
  const [calibrated] = (await pictureOf('a', [other.reported], join(other.folder, 'truth'))).results;
  expect(calibrated.promise).toBe('90 % of the pixels');
  expect(calibrated.curve?.points).toEqual([[0.9, expect.closeTo(0.75, 6)]]);
});

it('tells solvers apart by name, and folders where one was used twice', async () => {
  const [one, two] = [(await result()).reported, (await result()).reported];
  const labels = async (reported: Reported[]) =>
    (await pictureOf('a', reported, undefined)).results.map(({ label }) => label);
  expect(await labels([one])).toEqual(['dps']);
  expect(await labels([one, { ...two, label: 'b' }])).toEqual(['a', 'b']);
});
