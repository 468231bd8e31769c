import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readManifests } from '../../src/io/manifests.js';
import { decodeNpz } from '../../src/io/npz.js';
import type { RangeLine } from '../../src/jobs/range-file.js';
import { type FolderEvent, restoreFolder } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

it('writes the samples of a range and how they were drawn, and fails where there are none', async () => {
  const root = temporaryFolder();
  fill(root, { 'a.png': await colourPng(16, 16) });
  const events: FolderEvent[] = [];
  const job = {
    ...{ inputs: [join(root, 'a.png')], out: join(root, 'out'), prior: 'photo-small', threads: 1 },
    ...{ spec: await readProblem('gaussian-blur:sigma=1', 'gaussian:sigma=0.02'), range: { from: 4, to: 6 } },
  };
  const draw = (more: object) => restoreFolder({ ...job, ...more }, (event) => events.push(event));
  await draw({ options: { steps: 2 } });
  const file = 'a.samples-4-6.npz';
  expect(events).toContainEqual({ type: 'drawn', name: 'a', range: { from: 4, to: 6 }, file });
  const arrays = await decodeNpz(readFileSync(join(root, 'out', file)), file);
  expect(Object.keys(arrays)).toEqual(['sample.4', 'sample.5']);
  const line = (await readManifests<RangeLine>(join(root, 'out'), 'ranges.jsonl')).get('a.samples-4-6');
  expect(line).toMatchObject({ of: 'a', range: [4, 6], files: [file], made: { range: [4, 6], seed: 0 } });
  expect(line?.made).not.toHaveProperty('samples');
  expect(await draw({ solver: 'wiener', out: join(root, 'point') })).toMatchObject({ failed: 1 });
  expect(events.at(-1)).toMatchObject({
    ...{ type: 'failed', error: { message: expect.stringContaining('gives one image and no samples') } },
  });
});
