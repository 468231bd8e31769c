/**
 * What a picture file says beside its pixels: when and with what it was taken (EXIF), titles and rights (XMP), how
 * large it is printed, and how a PNG's numbers mean colours. It is carried from the file that is read to the one that
 * is written.
 */
import { deflateSync } from 'node:zlib';
import type { Metadata } from 'sharp';
import { type PngChunk, pngChunks } from './png-chunks.js';

export interface PictureExtras {
  /** A TIFF structure, its orientation upright, as the pixels are. */
  readonly exif?: Uint8Array;
  /** XML, UTF-8. */
  readonly xmp?: Uint8Array;
  /** Pixels per inch; absent where the file does not say. */
  readonly density?: number;
  /** A PNG's own chunks on colour (gAMA, cHRM, sRGB, cICP): they stay true since values are never converted. */
  readonly colour?: readonly PngChunk[];
}

const COLOUR = ['gAMA', 'cHRM', 'sRGB', 'cICP'];

/** @param meta of the same bytes. */
export function readExtras(bytes: Uint8Array, meta: Metadata): PictureExtras {
  const chunks = meta.format === 'png' ? pngChunks(bytes) : [];
  const colour = chunks.filter(({ type }) => COLOUR.includes(type));
  const physical = chunks.find(({ type }) => type === 'pHYs')?.content;
  const said = meta.format === 'png' ? physical?.[8] === 1 : meta.resolutionUnit !== undefined;
  return {
    ...(meta.exif && { exif: upright(withoutMark(meta.exif)) }),
    ...(meta.xmp && { xmp: meta.xmp }),
    ...(said && meta.density && { density: meta.density }),
    ...(colour.length > 0 && { colour }),
  };
}

/** The chunks that say the same in a PNG; the profile says more about colours than gAMA and the like. */
export function extraChunks(extras: PictureExtras, icc: Uint8Array | undefined): PngChunk[] {
  const { exif, xmp, density, colour = [] } = extras;
  const chunks: PngChunk[] = icc ? [profileChunk(icc)] : [...colour];
  if (density !== undefined) chunks.push(densityChunk(density));
  if (exif) chunks.push({ type: 'eXIf', content: exif });
  const text = (content: Uint8Array) => Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), content]);
  if (xmp) chunks.push({ type: 'iTXt', content: text(xmp) });
  return chunks;
}

/** PNG specification, 11.3.2.3: name, its end, compression method 0. */
function profileChunk(icc: Uint8Array): PngChunk {
  return { type: 'iCCP', content: Buffer.concat([Buffer.from('icc\0\0'), deflateSync(icc)]) };
}

/** Pixels per metre, both ways. */
function densityChunk(density: number): PngChunk {
  const content = Buffer.alloc(9);
  const perMetre = Math.round(density / 0.0254);
  content.writeUInt32BE(perMetre, 0);
  content.writeUInt32BE(perMetre, 4);
  content[8] = 1;
  return { type: 'pHYs', content };
}

/** JPEG files mark the structure; PNG files do not. */
function withoutMark(exif: Uint8Array): Uint8Array {
  return Buffer.from(exif.subarray(0, 6)).toString('latin1') === 'Exif\0\0' ? exif.subarray(6) : exif;
}

const ORIENTATION = 0x0112;

/** The same EXIF data with orientation 1 in its first directory. */
function upright(exif: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(exif);
  const view = new DataView(copy.buffer);
  const little = copy[0] === 0x49;
  const directory = copy.length < 8 ? copy.length : view.getUint32(4, little);
  if (directory + 2 > copy.length) return copy;
  for (
    let i = 0, at = directory + 2;
    i < view.getUint16(directory, little) && at + 12 <= copy.length;
    i++, at += 12
  ) {
    if (view.getUint16(at, little) === ORIENTATION) view.setUint16(at + 8, 1, little);
  }
  return copy;
}
