/** What a WebP file says of how it was made (RFC 9649): it holds its picture with loss, or without. */

const [HEAD, FRAME] = [12, 8];

/** Whether the bytes are a WebP file that lost nothing: its picture is a VP8L chunk. */
export function isLosslessWebp(bytes: Uint8Array): boolean {
  const text = (at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
  if (text(0) !== 'RIFF' || text(8) !== 'WEBP') return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = HEAD; at + FRAME <= bytes.length; ) {
    if (text(at) === 'VP8L') return true;
    if (text(at) === 'VP8 ') return false;
    const length = view.getUint32(at + 4, true);
    at += FRAME + length + (length % 2); // chunks begin at even places
  }
  return false;
}
