import sharp from 'sharp';
import { expect, it } from 'vitest';
import { turnedBack } from '../../../problems/parts/turned.js';
import { floatArray } from '../../../src/core/array.js';
import { expectSound } from '../sound.js';

it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %d is turned upright as viewers do', async (orientation) => {
  const stored = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
  const raw = { width: 3, height: 2, channels: 1 } as const;
  const file = await sharp(stored, { raw })
    .toColourspace('b-w')
    .withMetadata({ orientation })
    .png()
    .toBuffer();
  const { data, info } = await sharp(file)
    .autoOrient()
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const turn = turnedBack([1, info.height, info.width], orientation);
  const upright = floatArray(Float32Array.from(data), [1, info.height, info.width]);
  const back = await turn.apply(upright);
  expect(back.shape).toEqual([1, 2, 3]);
  expect([...back.data]).toEqual([...stored]);
  expect(await turn.adjoint(back)).toEqual(upright);
  await expectSound(turn);
});
