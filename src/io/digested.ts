/** What is written, told by size and hash once it is. */
import { createHash } from 'node:crypto';
import type { Content } from './atomic.js';
import type { Digest } from './manifest.js';

/** The parts of a file; `note` is told of all of them once the last is taken. */
export function* digested(content: Content, note: (digest: Digest) => void): Generator<Uint8Array, void> {
  const hash = createHash('sha256');
  let bytes = 0;
  const parts = typeof content === 'string' ? [Buffer.from(content)] : content;
  for (const part of parts instanceof Uint8Array ? [parts] : parts) {
    hash.update(part);
    bytes += part.length;
    yield part;
  }
  note({ bytes, sha256: hash.digest('hex') });
}

/** Of what is in memory: 64 hexadecimal digits. */
export function sha256Of(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
