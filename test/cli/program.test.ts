import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';

const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  .version as string;

describe('retrodict', () => {
  it('helps, gives its version, and knows its commands', async () => {
    const help = await retrodict(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['restore', 'simulate', 'sample', 'list', 'describe', 'check', 'card', 'bench']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(await retrodict(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
    const wrong = await retrodict(['resotre']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/unknown command 'resotre'\n\(Did you mean restore\?\)/);
    expect((await retrodict([])).status).toBe(2);
  });

  it('exits with 1 where an item fails, one alone as one of many', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/odd.png': await colourPng(15, 12), 'in/even.png': await colourPng(16, 12) });
    const halving = ['--problem', 'downsample:factor=2,filter=area', '--noise', 'gaussian:sigma=0.05'];
    const simulate = (input: string) => ['simulate', input, '--out', 'small', ...halving];
    const one = await retrodict(simulate('in/odd.png'), { cwd: root });
    expect(one.stderr).toMatch(/odd\.png: .*\n0 simulated, 1 failed\n$/);
    expect(one.status).toBe(1);
    const both = await retrodict(simulate('in'), { cwd: root });
    expect(both.stderr).toMatch(/1 simulated, 1 failed\n$/);
    expect(both.status).toBe(1);
    const unfit = ['--problem', 'colorize', '--noise', 'gaussian:sigma=0.05', '--solver', 'wiener'];
    const restored = await retrodict(['restore', 'small/even.npy', '--out', 'restored', ...unfit], {
      cwd: root,
    });
    expect(restored.stderr).toMatch(/even\.npy: .*\n0 restored, 0 already done, 1 failed\n$/);
    expect(restored.status).toBe(1);
  });
});
