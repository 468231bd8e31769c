/** The quality that a JPEG file was saved with, as the widespread encoders count it. */

/** Sum of the luminance table of the standard (ITU-T T.81, table K.1), which is quality 50. */
const STANDARD = 3688;

/** 1 to 100, from the first quantisation table; undefined where there is none. */
export function jpegQuality(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = bytes[at + 1];
    if (marker === 0xda) return undefined;
    const wide = bytes[at + 4] >> 4 ? 2 : 1;
    if (marker !== 0xdb || at + 5 + 64 * wide > bytes.length) continue;
    let sum = 0;
    for (let i = 0; i < 64; i++) sum += wide === 2 ? view.getUint16(at + 5 + 2 * i) : bytes[at + 5 + i];
    // libjpeg's rule read backwards.
    const percent = (100 * sum) / STANDARD;
    const quality = percent <= 100 ? (200 - percent) / 2 : 5000 / percent;
    return Math.min(100, Math.max(1, Math.round(quality)));
  }
  return undefined;
}
