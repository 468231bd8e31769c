import { describe, expect, it } from 'vitest';
import {
  chromaScaling,
  coarseChroma,
  FROM_RGB,
  mixPlanes,
  TO_RGB,
} from '../../../problems/restoration/chroma.js';
import { filled } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

const plane = (...values: number[]) => Float64Array.from(values);

describe('colours of JPEG', () => {
  it("go to luma and differences and back, to the library's rounding of a level in 65536", () => {
    const rgb = [plane(255, 0, 12), plane(0, 200, 13), plane(7, 255, 14)];
    const back = mixPlanes(TO_RGB, mixPlanes(FROM_RGB, rgb));
    for (const [c, values] of rgb.entries()) {
      for (const [i, value] of values.entries()) expect(Math.abs(back[c][i] - value)).toBeLessThan(0.01);
    }
  });

  it('of grey are luma alone', () => {
    const [luma, blue, red] = mixPlanes(FROM_RGB, [plane(100), plane(100), plane(100)]);
    expect([luma[0], blue[0], red[0]]).toEqual([100, 0, 0]);
  });
});

describe('half the resolution', () => {
  it('is the mean of two by two, the last column repeated', () => {
    expect([...chromaScaling('half', 2, 3).down.apply(plane(1, 2, 10, 3, 6, 20))]).toEqual([3, 15]);
  });

  it('comes back by 9, 3, 3 and 1 sixteenths', () => {
    // Five wide: three columns; the pixel at (1, 2) lies near sample (0, 1), beside (0, 0) and above nothing.
    const wide = chromaScaling('half', 2, 5).up.apply(plane(0, 16, 32));
    expect([...wide.slice(0, 5)]).toEqual([0, 4, 12, 20, 28]);
    const tall = chromaScaling('half', 4, 6).up.apply(plane(0, 16, 32, 0, 0, 0));
    expect(tall[1 * 6 + 2]).toBe(12 * 0.75);
    expect(tall[2 * 6 + 2]).toBe(12 * 0.25);
  });

  it('repeats samples where the image is at most four wide, as the library does', () => {
    expect([...chromaScaling('half', 1, 4).up.apply(plane(0, 16))]).toEqual([0, 0, 16, 16]);
  });

  it.each([
    chromaScaling('half', 5, 4).down,
    chromaScaling('half', 5, 4).up,
    chromaScaling('half-width', 3, 7).up,
    chromaScaling('half-height', 7, 3).down,
  ])('its transpose is one', ({ apply, transposed }) => {
    const x = Float64Array.from({ length: 21 }, (_, i) => Math.sin(i + 1));
    const value = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    const y = apply(x).map((_, i) => Math.cos(3 * i));
    const back = transposed(y);
    expect(value(apply(x), y)).toBeCloseTo(value(x.slice(0, back.length), back), 10);
  });
});

it('coarseChroma leaves grey alone and passes the check of operators', async () => {
  const grey = filled([3, 5, 6], 0.4);
  const { data } = await coarseChroma('half', 5, 6).apply(grey);
  for (const value of data) expect(value).toBeCloseTo(0.4, 6);
  await expectSound(coarseChroma('half', 5, 6));
});
