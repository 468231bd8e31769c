import { expect, it } from 'vitest';
import { crc32 } from '../../src/io/crc32.js';

const bytes = (text: string) => new TextEncoder().encode(text);

it("is the standard's: the check value of 123456789, and 0 of nothing", () => {
  expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

it('goes on from the bytes before', () => {
  expect(crc32(bytes('456789'), crc32(bytes('123')))).toBe(0xcbf43926);
});
