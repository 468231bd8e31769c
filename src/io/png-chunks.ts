/** The chunks of a PNG file (PNG specification, 5.3): sharp drops much of what stands beside the pixels. */
import { crc32 } from './crc32.js';

/** Four letters, and what they hold. */
export interface PngChunk {
  readonly type: string;
  readonly content: Uint8Array;
}

const SIGNATURE = 8;

/** Everything but the pixels, in order; of bytes that are no PNG, or are damaged, what there is before. */
export function pngChunks(png: Uint8Array): PngChunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: PngChunk[] = [];
  if (png.byteLength < SIGNATURE || view.getUint32(0) !== 0x89504e47) return chunks;
  for (let at = SIGNATURE; at + 12 <= png.byteLength; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > png.byteLength) break;
    const type = new TextDecoder('latin1').decode(png.subarray(at + 4, at + 8));
    if (type !== 'IDAT') chunks.push({ type, content: png.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

/** The same PNG with these chunks right after its header in place of those of their types. */
export function withChunks(
  png: Uint8Array,
  added: readonly PngChunk[],
  dropped: readonly string[] = [],
): Uint8Array {
  const gone = new Set([...added.map(({ type }) => type), ...dropped]);
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const pieces: Uint8Array[] = [png.subarray(0, SIGNATURE)];
  for (let at = SIGNATURE; at < png.byteLength; ) {
    const end = at + 12 + view.getUint32(at);
    const type = new TextDecoder('latin1').decode(png.subarray(at + 4, at + 8));
    if (!gone.has(type)) pieces.push(png.subarray(at, end));
    if (type === 'IHDR') pieces.push(...added.map(chunkBytes));
    at = end;
  }
  return Buffer.concat(pieces);
}

function chunkBytes({ type, content }: PngChunk): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
