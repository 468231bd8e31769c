import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { OutputFolder, TakenOver } from '../../src/io/output-folder.js';
import { eachItem } from '../../src/jobs/each-item.js';
import { openJob } from '../../src/jobs/open-job.js';
import type { FolderEvent } from '../../src/jobs/restore-folder.js';
import { readProblem } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

describe('eachItem', () => {
  it('goes on after a failure, and comes back to what another run had taken over', async () => {
    const root = temporaryFolder();
    fill(root, { 'a.png': await colourPng(8, 8), 'b.png': 'no picture' });
    const spec = await readProblem('denoise', 'gaussian:sigma=0.1');
    const events: FolderEvent[] = [];
    const out = join(root, 'out');
    const { shared, close } = await openJob({ inputs: [], out, spec, solver: 'wiener' }, [], (event) => {
      events.push(event);
    });
    const put = vi
      .spyOn(OutputFolder.prototype, 'put')
      .mockRejectedValueOnce(new TakenOver('a sleeping run'));
    const items = ['a', 'b'].map((name) => ({ name, path: join(root, `${name}.png`) }));
    const counts = await eachItem(items, shared);
    await close();
    expect(counts).toEqual({ done: 1, unchanged: 0, failed: 1, nothing: 0 });
    expect(put).toHaveBeenCalledTimes(2);
    put.mockRestore();
    expect(events.filter(({ type }) => type === 'failed')).toMatchObject([{ name: 'b' }]);
  });
});
