import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('retrodict', () => {
  it('simulates, and restores what it simulated by its problem.json from anywhere', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/sub/a.png': await colourPng(16, 12), 'mask.png': await colourPng(16, 12, 1) });
    const simulated = await retrodict(
      [
        'simulate',
        'in',
        '--out',
        'sim',
        '--problem',
        'inpaint:mask=mask.png',
        '--noise',
        'gaussian:sigma=0.05',
      ],
      { cwd: root },
    );
    expect(simulated).toMatchObject({ status: 0, stdout: 'sub/a.npy: 3×12×16\n' });
    const restored = await retrodict(
      [
        'restore',
        '.',
        '--out',
        '../res',
        '--problem',
        'problem.json',
        '--solver',
        'wiener',
        '--truth',
        '../in',
      ],
      { cwd: join(root, 'sim') },
    );
    expect(restored.stdout).toMatch(/^sub\/a\.png: .*PSNR \d\d\.\d+ dB, SSIM 0\.\d+\n$/);
    expect(restored.status).toBe(0);
    const nameless = await retrodict(['simulate', 'in', '--out', 'sim2', '--problem', 'denoise'], {
      cwd: root,
    });
    expect(nameless.stderr).toMatch(/^--noise is needed to simulate/);
    expect(nameless.status).toBe(2);
  });
});
