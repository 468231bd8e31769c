import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { contactSheet } from '../../src/report/contact-sheet.js';

describe('contactSheet', () => {
  it('places images pixel by pixel, columns aligned, with labels below', async () => {
    const flat = (value: number, height: number, width: number, channels = 1) =>
      floatArray(new Float32Array(channels * height * width).fill(value), [channels, height, width]);
    const sheet = await contactSheet([
      [{ image: flat(0, 10, 40), label: '<a & b>' }, { image: flat(0.2, 8, 30, 3) }],
      [{ image: flat(0.4, 5, 20) }],
    ]);
    const { data, info } = await sharp(sheet).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([6 + 40 + 6 + 30 + 6, 6 + 10 + 20 + 6 + 5 + 6]);
    const at = (x: number, y: number) => data[(y * info.width + x) * info.channels];
    expect([at(5, 6), at(6, 6), at(45, 15), at(46, 15)]).toEqual([255, 0, 0, 255]);
    expect([at(52, 6), at(81, 13), at(82, 6)]).toEqual([51, 51, 255]);
    expect([at(6, 42), at(25, 46), at(26, 42)]).toEqual([102, 102, 255]);
  });
});
