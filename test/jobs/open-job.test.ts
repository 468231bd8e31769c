import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openJob } from '../../src/jobs/open-job.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';

it('opens the folder of results, or of ranges, and says why it cannot', async () => {
  const root = temporaryFolder();
  fill(root, { file: '' });
  const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
  const job = { inputs: [], out: join(root, 'out'), spec, solver: 'wiener' };
  const { shared, close } = await openJob({ ...job, range: { from: 2, to: 5 } }, [], () => {});
  expect(shared.job).toMatchObject({ samples: 5, solver: { name: 'wiener' } });
  await close();
  await expect(openJob({ ...job, solver: 'none' }, [], () => {})).rejects.toThrow(
    /there is no solver "none"/,
  );
  await expect(openJob({ ...job, out: join(root, 'file/x') }, [], () => {})).rejects.toThrow(
    /a part of its path is a file/,
  );
});
