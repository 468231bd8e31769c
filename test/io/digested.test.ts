import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { digested, sha256Of } from '../../src/io/digested.js';
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

it('hashes texts as their bytes', () => {
  // NIST's example of three letters.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect([sha256Of('abc'), sha256Of(Buffer.from('abc'))]).toEqual([abc, abc]);
});
