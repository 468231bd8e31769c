import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cardFrom } from '../../src/jobs/calibration-fit.js';
import { restoreFolder } from '../../src/jobs/restore-folder.js';
import { simulateFolder } from '../../src/jobs/simulate-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { narrow } from './noisy-solvers.js';

it('fits what was restored, leaves out what was not, and knows holes', async () => {
  const root = temporaryFolder();
  const [photos, measured, folder] = ['photos', 'measured', 'restored'].map((name) => join(root, name));
  for (const k of [0, 1, 2]) fill(photos, { [`p${k}.png`]: await colourPng(40, 30, k) });
  const spec = await readProblem('inpaint:fraction=0.4', 'gaussian:sigma=0.05');
  await simulateFolder({ inputs: [photos], out: measured, spec });
  await restoreFolder({
    inputs: [measured],
    out: folder,
    spec,
    solver: narrow,
    samples: 2,
    calibration: false,
  });
  const items = [0, 1, 2, 3].map((k) => ({ name: `p${k}`, path: join(photos, `p${k}.png`) }));
  const job = { inputs: [photos], specs: [spec], out: 'x.json', levels: [0.9], share: 0.5, confidence: 0.2 };
  const card = await cardFrom([{ spec, folder, inputs: measured, truth: photos }], items, job);
  expect(card).toMatchObject({ samples: 2, images: { factors: 1, offsets: 2 }, of: 'images of photos' });
  expect(card.hashes).toHaveLength(6);
  // Of holes the measurement says 0, which is far off; of the others it is off by 0.05.
  const [{ factors, held }] = card.levels;
  expect(factors.holes![0][0]).toBeGreaterThan(5 * factors.measured![0][0]);
  expect(held[1]).toBeCloseTo(0.9, 2);
  expect(card.ranges.misfit[0]).toBeLessThanOrEqual(card.ranges.misfit[1]);
});
