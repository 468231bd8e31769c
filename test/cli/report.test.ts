import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('retrodict report', () => {
  it('makes a page of one solver or of several, by itself or after restore', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': await colourPng(16, 16) });
    const words = ['restore', 'in', '--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];
    const both = await retrodict([...words, '--out', 'both', '--solver', 'wiener,tv', '--report'], {
      cwd: root,
    });
    expect(both.stderr).toMatch('both/report.html: open it in a browser');
    expect(both.status).toBe(0);
    expect(existsSync(join(root, 'both/tv/a.png')) && existsSync(join(root, 'both/wiener/a.png'))).toBe(true);
    await retrodict([...words, '--out', 'one', '--solver', 'tv'], { cwd: root });
    const { stdout, status } = await retrodict(['report', 'one', '--truth', 'in'], { cwd: root });
    expect([stdout, status]).toEqual(['one/report.html\n', 0]);
    expect(existsSync(join(root, 'one/report.html'))).toBe(true);
  }, 60_000);

  it('says what is wrong in one sentence', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': await colourPng(16, 16) });
    const none = await retrodict(['report', 'in'], { cwd: root });
    expect(none.stderr).toBe('in holds no manifest.jsonl, expected a folder that restore wrote\n');
    expect(none.status).toBe(2);
    const twice = await retrodict(['restore', 'in', '--out', 'out', '--solver', 'tv,tv'], { cwd: root });
    expect(twice.stderr).toBe('--solver names tv twice\n');
    expect(twice.status).toBe(2);
    const unknown = await retrodict(['restore', 'in', '--out', 'out', '--solver', 'tv,tw'], { cwd: root });
    expect(unknown.stderr).toBe('--solver tv,tw names "tw", which `list solvers` does not have\n');
    expect([unknown.status, existsSync(join(root, 'out'))]).toEqual([2, false]);
    const file = await retrodict(['report', 'in/a.png'], { cwd: root });
    expect(file.stderr).toBe('in/a.png is no folder, expected one that restore wrote\n');
  });

  it('of several solvers shows those that could start, and says which could not', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/a.png': await colourPng(16, 16) });
    const words = ['restore', 'in', '--problem', 'denoise', '--noise', 'gaussian:sigma=0.1', '--report'];
    const asked = ['--solver', 'keep,tv', '--set', 'weight=9'];
    const { status, stderr } = await retrodict([...words, ...asked, '--out', 'both'], { cwd: root });
    expect(status).toBe(1);
    expect(stderr).toMatch('solver keep has no options, but weight is given');
    expect(stderr).toMatch('both/report.html: open it in a browser');
    expect(existsSync(join(root, 'both/tv/a.png'))).toBe(true);
    // Where no picture could be restored there is nothing to show.
    fill(root, { 'bad/b.png': 'no picture' });
    const none = await retrodict(['restore', 'bad', ...words.slice(2), '--out', 'none', '--solver', 'tv'], {
      cwd: root,
    });
    expect(none.stderr).toMatch('no page was made: none holds no results');
    expect(none.status).toBe(1);
  }, 60_000);
});
