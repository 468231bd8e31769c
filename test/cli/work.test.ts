import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { freePort, hasRedis, startRedis, withoutRedis } from '../queue/servers.js';
import { retrodictHere } from './in-process.js';
import { jsonLines } from './spawn.js';

it.runIf(hasRedis)(`submits, works and tells the status${withoutRedis}`, async () => {
  const redis = await startRedis();
  try {
    const cwd = temporaryFolder();
    fill(cwd, { 'in/a.png': await colourPng(12, 8), 'in/bad.png': 'no picture' });
    const here = (...words: string[]) => retrodictHere([...words, '--queue', redis.url], { cwd });
    const job = ['in', '--out', 'out', '--problem', 'denoise', '--noise', '10', '--solver', 'wiener'];
    const submitted = await here('submit', ...job, '--json');
    expect(jsonLines(submitted)).toEqual([
      { type: 'submitted', version: 1, items: 2, tasks: 2, waiting: 0, refused: 0 },
    ]);
    expect((await here('status')).stdout).toBe('0 done, 0 at work, 2 waiting, 0 failed\n');
    const worked = await here('work', '--drain', '--workers', '2');
    expect(worked.status).toBe(1);
    expect(worked.stderr).toMatch(/^bad: .*bad\.png.*; it is tried once more$/m);
    expect(worked.stderr).toMatch(/^1 tasks done, 1 failed$/m);
    expect(existsSync(join(cwd, 'out/a.png'))).toBe(true);
    const status = await here('status');
    expect(status.status).toBe(1);
    expect(status.stdout).toMatch(/^bad failed: .*in\/bad\.png.*\n1 done, 0 at work, 0 waiting, 1 failed\n$/);
    expect((await here('work', '--workers', '0')).stderr).toContain('--workers <n>');
    expect((await here('submit', ...job, '--shard', '1/2')).stderr).toMatch(/^--shard is of restore/);
    expect((await here('submit', ...job, '--samples', '0:2')).stderr).toMatch(
      /^--samples FROM:TO is of restore/,
    );
  } finally {
    await redis.stop();
  }
});

it('says in a sentence that the queue is not there, or no URL', async () => {
  const port = await freePort();
  for (const command of ['work', 'status']) {
    const { status, stderr } = await retrodictHere([command, '--queue', `redis://127.0.0.1:${port}`]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: expect.stringMatching(/^the queue redis:\/\/127\.0\.0\.1:\d+ is not reached: .*\n$/),
    });
  }
  expect((await retrodictHere(['status', '--queue', 'nowhere'])).stderr).toMatch(
    /^--queue must be a URL such as/,
  );
});
