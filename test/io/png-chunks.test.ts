import sharp from 'sharp';
import { expect, it } from 'vitest';
import { pngChunks, withChunks } from '../../src/io/png-chunks.js';
import { colourPng } from '../pictures.js';

const text = (content: string) => ({ type: 'tEXt', content: Buffer.from(content, 'latin1') });

it('lists what stands beside the pixels, in order', async () => {
  const types = pngChunks(await colourPng(4, 4)).map(({ type }) => type);
  expect([types[0], types.at(-1)]).toEqual(['IHDR', 'IEND']);
  expect(types).not.toContain('IDAT');
});

it('adds chunks behind the header, with a checksum that readers accept, in place of those of their type', async () => {
  const png = await colourPng(4, 4);
  const once = withChunks(png, [text('Title\0first')]);
  const twice = withChunks(once, [text('Title\0second')]);
  const found = pngChunks(twice).filter(({ type }) => type === 'tEXt');
  expect(found.map(({ content }) => Buffer.from(content).toString('latin1'))).toEqual(['Title\0second']);
  expect(pngChunks(twice)[1].type).toBe('tEXt');
  const { data } = await sharp(twice, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true });
  expect(data).toEqual(await sharp(png).raw().toBuffer());
  expect((await sharp(twice).metadata()).comments).toEqual([{ keyword: 'Title', text: 'second' }]);
});

it('leaves out what is named, and gives the same bytes where nothing is asked', async () => {
  const png = withChunks(await colourPng(4, 4), [text('Title\0gone')]);
  expect(pngChunks(withChunks(png, [], ['tEXt'])).map(({ type }) => type)).not.toContain('tEXt');
  expect(Buffer.from(withChunks(png, []))).toEqual(Buffer.from(png));
});

it('of a torn file it gives what there is before, of another nothing', async () => {
  const png = withChunks(await colourPng(4, 4), [text('Title\0kept')]);
  expect(pngChunks(png.subarray(0, 60)).map(({ type }) => type)).toEqual(['IHDR', 'tEXt']);
  expect(pngChunks(Buffer.from('GIF89a and more'))).toEqual([]);
});
