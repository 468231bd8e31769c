import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../io/folders.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('retrodict', () => {
  it('samples a prior', async () => {
    const root = temporaryFolder();
    const words = ['sample', '--prior', 'photo-small', '--out', 'out', '--size', '16x24', '--samples', '1'];
    expect(await retrodict(words, { cwd: root })).toMatchObject({ status: 0, stdout: 'out/sample-0.png\n' });
    const first = readFileSync(join(root, 'out/sample-0.png'));
    await retrodict(words, { cwd: root });
    expect(readFileSync(join(root, 'out/sample-0.png'))).toEqual(first);
    await retrodict([...words, '--set', 'method=ancestral', '--set', 'steps=10'], { cwd: root });
    expect(readFileSync(join(root, 'out/sample-0.png'))).not.toEqual(first);
    expect(await retrodict([...words, '--set', 'step=10'], { cwd: root })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no option of sample "step"; the nearest are steps'),
    });
  });
});
