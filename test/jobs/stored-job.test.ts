import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problem } from '../../problems/bind.js';
import { solvers } from '../../solvers/index.js';
import { UsageError } from '../../src/core/errors.js';
import type { FolderJob } from '../../src/jobs/restore-folder.js';
import { jobFrom, storedJob } from '../../src/jobs/stored-job.js';

const spec = problem('inpaint:mask=mask.png', 'gaussian:sigma=0.1');
const job: FolderJob = { inputs: ['in'], out: 'out', spec };

describe('storedJob', () => {
  it('is JSON with absolute paths, without what is of the call or the machine', async () => {
    const stored = await storedJob({
      ...job,
      ...{
        threads: 2,
        maxMemory: 1e9,
        shard: { index: 1, count: 2 },
        force: true,
        solver: 'dps',
        samples: 3,
      },
      ...{
        prior: 'my-model',
        cap: 'photo',
        truth: 'truth',
        calibration: false,
        limits: { side: Infinity, pixels: 9 },
      },
    });
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
    expect(stored).toEqual({
      spec: {
        ...spec,
        operators: [
          { ...spec.operators[0], options: { ...spec.operators[0].options, mask: resolve('mask.png') } },
        ],
      },
      ...{ solver: 'dps', samples: 3, prior: resolve('my-model'), cap: 'photo', truth: resolve('truth') },
      ...{ calibration: false, limits: { side: Number.MAX_SAFE_INTEGER, pixels: 9 } },
    });
    expect(await jobFrom(stored)).toEqual(stored);
  });

  it('refuses what is known here alone', async () => {
    const solver = { ...solvers['tv'], name: 'mine' };
    await expect(storedJob({ ...job, solver })).rejects.toThrow(/solver mine is not shipped: solverFile/);
    await expect(storedJob({ ...job, prior: {} as never })).rejects.toThrow(/^prior is an object/);
    expect(await storedJob({ ...job, solver, solverFile: 'mine.js' })).toMatchObject({
      ...{ solver: 'mine', solverFile: resolve('mine.js') },
    });
  });
});

describe('jobFrom', () => {
  it('loads no code unless told to', async () => {
    const stored = { spec, solver: 'mine', solverFile: '/nowhere/mine.js' };
    await expect(jobFrom(stored)).rejects.toThrow(UsageError);
    await expect(jobFrom(stored)).rejects.toThrow(/^the job names the code \/nowhere\/mine\.js/);
    await expect(jobFrom(stored, true)).rejects.toThrow(/the solver \/nowhere\/mine\.js cannot be read/);
    const module = { spec: problem('module:file=blur.mjs', 'gaussian:sigma=0.1') };
    await expect(jobFrom(module)).rejects.toThrow(/blur\.mjs/);
  });
});
