import sharp from 'sharp';
import { expect, it } from 'vitest';
import { profileFits } from '../../src/io/icc.js';

it("a profile of sharp's describes the channels that it is of", async () => {
  const raw = { width: 1, height: 1, channels: 3 as const };
  const png = await sharp(Buffer.alloc(3), { raw }).withIccProfile('p3').png().toBuffer();
  const { icc } = await sharp(png).metadata();
  expect(profileFits(icc as Buffer, 3)).toBe(true);
  expect(profileFits(icc as Buffer, 1)).toBe(false);
});

it('by its signature, whatever else it holds; a torn one fits nothing', () => {
  const grey = new Uint8Array(128);
  grey.set(new TextEncoder().encode('GRAY'), 16);
  expect([profileFits(grey, 1), profileFits(grey, 3)]).toEqual([true, false]);
  expect(profileFits(new Uint8Array(10), 3)).toBe(false);
});
