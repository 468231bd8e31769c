import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digested } from '../../src/io/digested.js';
import type { Digest } from '../../src/io/manifest.js';

it.each([
  ['text', 'äbc'],
  ['bytes', Buffer.from('äbc')],
  ['parts', [Buffer.from('ä'), Buffer.from('bc')]],
])('tells size and hash of %s once all is taken', (_, content) => {
  let noted: Digest | undefined;
  const parts = [...digested(content, (digest) => (noted = digest))];
  expect(Buffer.concat(parts).toString()).toBe('äbc');
  expect(noted).toEqual({ bytes: 4, sha256: createHash('sha256').update('äbc').digest('hex') });
});
