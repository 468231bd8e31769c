import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../io/folders.js';
import { retrodictHere as retrodict } from './in-process.js';

describe('retrodict', () => {
  it('checks the card of a prior', async () => {
    const weights = new URL('../../models/weights/photo-small', import.meta.url).pathname;
    const good = await retrodict(['card', weights]);
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ name: 'photo-small' });
    const none = await retrodict(['card', temporaryFolder()]);
    expect(none.stderr).toMatch(/should hold one \.onnx file to write a card for; it holds none/);
    expect(none.status).toBe(2);
    const text = await retrodict(['card', 'README.md']);
    expect(text.stderr).toBe('README.md is no prior; expected a folder or an .onnx file.\n');
    expect(text.status).toBe(2);
    const absent = await retrodict(['card', 'nowhere-at-all']);
    expect(absent.stderr).toBe('nowhere-at-all does not exist; expected a folder or an .onnx file.\n');
    expect(absent.status).toBe(2);
  });
});
