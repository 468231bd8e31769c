import { describe, expect, it } from 'vitest';
import { retrodictHere as retrodict } from './in-process.js';
import { jsonLines } from './spawn.js';

describe('retrodict', () => {
  it('checks a problem', async () => {
    const good = await retrodict([
      'check',
      '--problem',
      'gaussian-blur:sigma=1.2+downsample:factor=2',
      '--size',
      '16x20',
    ]);
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/^ok {3}adjoint/m);
    const lines = jsonLines(await retrodict(['check', '--problem', 'denoise', '--size', '8x8', '--json']));
    expect(lines[0]).toMatchObject({ type: 'check', version: 1, ok: true });
    const wrong = await retrodict(['check', '--problem', 'denoise', '--size', '16']);
    expect(wrong.stderr).toMatch(/Expected height x width in pixels, such as 256x384/);
    expect(wrong.status).toBe(2);
  });
});
