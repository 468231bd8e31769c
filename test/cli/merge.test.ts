import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere } from './in-process.js';
import { jsonLines } from './spawn.js';

it('merges the ranges of a folder, and refuses what is none', async () => {
  const cwd = temporaryFolder();
  fill(cwd, { 'in/a.png': await colourPng(16, 16) });
  const restore = [
    'restore',
    'in',
    '--out',
    'out',
    '--problem',
    'denoise',
    '--noise',
    '10',
    '--prior',
    'photo-small',
  ];
  const draw = (samples: string, ...more: string[]) =>
    retrodictHere([...restore, '--solver', 'dps', '--set', 'steps=2', '--samples', samples, ...more], {
      cwd,
    });
  expect(await draw('0:1')).toMatchObject({ status: 0, stdout: 'a: samples 0:1 drawn\n' });
  expect((await draw('1:3')).status).toBe(0);
  const merged = await retrodictHere(['merge', 'out', '--json'], { cwd });
  expect(merged.status).toBe(0);
  expect(jsonLines(merged).at(-1)).toEqual({ type: 'summary', version: 1, done: 1, unchanged: 0, failed: 0 });
  expect(existsSync(join(cwd, 'out/a.posterior.npz'))).toBe(true);
  expect(await retrodictHere(['merge', 'in'], { cwd })).toMatchObject({
    ...{
      status: 2,
      stderr: expect.stringMatching(/in holds no ranges\.jsonl, expected a folder that restore/),
    },
  });
  const none = await draw('8:0');
  expect(none.status).toBe(2);
  expect(none.stderr).toMatch(/FROM:TO with FROM below TO, such as 0:8/);
  expect((await draw('0:2', '--report')).stderr).toMatch(/^--report is of results/);
});
