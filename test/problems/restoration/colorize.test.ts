import { describe, expect, it } from 'vitest';
import { colorize, luminance } from '../../../problems/restoration/colorize.js';
import { floatArray } from '../../../src/core/array.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound } from '../sound.js';

agreesWithFixtures('colorize', 1);

describe('luminance', () => {
  it("is Rec. 601's luma of each primary, and grey's own value", async () => {
    const primaries = floatArray(Float32Array.of(1, 0, 0, 0.25, 0, 1, 0, 0.25, 0, 0, 1, 0.25), [3, 1, 4]);
    const { data } = await luminance(1, 4).apply(primaries);
    for (const [i, value] of [0.299, 0.587, 0.114, 0.25].entries()) expect(data[i]).toBeCloseTo(value, 6);
  });

  it('passes its own check, with singular values and inverses', async () => {
    await expectSound(luminance(5, 4));
  });
});

describe('colorize', () => {
  it('refuses what is no colour image, and no grey measurement', () => {
    expect(() => colorize.create([1, 4, 4], {}, {})).toThrow(
      'colorize takes images of 3 channels, but the image is 1×4×4',
    );
    expect(() => colorize.imageShape([3, 4, 4], {}, {})).toThrow('colorize measures one channel');
    expect(colorize.imageShape([1, 4, 5], {}, {})).toEqual([3, 4, 5]);
  });
});
