/**
 * ICC profiles on their way from one picture file to the next. Values are never converted: a picture's numbers
 * stay in its own encoding and whoever shows it applies the profile, once. sharp can keep a profile but not attach
 * one to raw pixels without converting them, so it is put into a PNG by hand.
 */
import { deflateSync } from 'node:zlib';
import { crc32 } from './crc32.js';

/** Whether a profile describes grey (1) or RGB (3) values, by its colour space signature (ICC.1:2022, 7.2.6). */
export function profileFits(icc: Uint8Array, channels: number): boolean {
  const signature = new TextDecoder('latin1').decode(icc.subarray(16, 20));
  return signature === (channels === 1 ? 'GRAY' : 'RGB ');
}

/** A PNG with an iCCP chunk after its header (PNG specification, 11.3.2.3); it must have none yet. */
export function attachProfile(png: Uint8Array, icc: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode('icc\0\0'); // profile name, end of name, compression method 0
  const content = Buffer.concat([new TextEncoder().encode('iCCP'), name, deflateSync(icc)]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(content.length - 4);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  const headerEnd = 8 + 25; // signature, then the IHDR chunk, which is always first and 25 bytes long
  return Buffer.concat([png.subarray(0, headerEnd), frame, content, check, png.subarray(headerEnd)]);
}
