import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('retrodict calibrate', () => {
  it('writes a card that restore takes, for each noise of several', async () => {
    const root = temporaryFolder();
    for (let k = 0; k < 5; k++) fill(root, { [`photos/p${k}.png`]: await colourPng(16, 16, k) });
    fill(root, { 'noisy/n.png': await colourPng(16, 16, 9) });
    const noises = ['--noise', 'gaussian:sigma=0.05', '--noise', 'gaussian:sigma=0.1'];
    const words = ['photos', '--out', 'card.json', '--problem', 'denoise', ...noises, '--solver', 'wiener'];
    const asked = ['--level', '0.5', '--level', '0.7', '--share', '0.5', '--confidence', '0.2'];
    const { status, stdout, stderr } = await retrodict(['calibrate', ...words, ...asked], { cwd: root });
    expect(stderr).not.toMatch(/Error/);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^p0\.png: /m);
    expect(stdout).toMatch(
      /card\.json: 1 images for the factors, 4 for the offset\nlevel 0\.5: holds 5\d\.\d %/,
    );
    expect(JSON.parse(readFileSync(join(root, 'card.json'), 'utf8')).problems).toHaveLength(2);
    const restore = [
      'restore',
      'noisy',
      '--out',
      'r',
      '--problem',
      'denoise',
      '--noise',
      'gaussian:sigma=0.07',
    ];
    const calibration = ['--solver', 'wiener', '--calibration', 'card.json', '--level', '0.7', '--json'];
    const done = await retrodict([...restore, ...calibration], { cwd: root });
    expect(done.stdout).toMatch(/"calibration":\{"promise":"average","words":"70 % of the pixels/);
    const refused = await retrodict([...restore, '--solver', 'wiener', '--calibration', 'card.json'], {
      cwd: root,
    });
    expect(refused.stderr).toMatch('card.json holds the levels 0.5, 0.7, not --level 0.9');
  }, 60_000);

  it('says how many pictures are needed', async () => {
    const root = temporaryFolder();
    fill(root, { 'photos/p.png': await colourPng(16, 16) });
    const words = ['calibrate', 'photos', '--out', 'card.json', '--problem', 'denoise', '--noise', '10'];
    const { status, stderr } = await retrodict(words, { cwd: root });
    expect(status).toBe(2);
    expect(stderr).toMatch('needs at least 43 images, but 1 were found');
  });
});
