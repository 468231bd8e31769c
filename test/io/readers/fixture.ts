/** Files of test/fixtures/readers, and what make.py says that they hold. */
import { readFileSync } from 'node:fs';
import { openPages } from '../../../src/io/readers/index.js';
import type { FileToRead, Page } from '../../../src/io/readers/reader.js';

export const [HEIGHT, WIDTH] = [6, 8];

/** values(page, y, x) of make.py as one plane; page from 1. */
export function plane(page: number, scale = 1, offset = 0): Float32Array {
  return Float32Array.from({ length: HEIGHT * WIDTH }, (_, i) => {
    const [y, x] = [Math.floor(i / WIDTH), i % WIDTH];
    return ((31 * (page - 1) + 17 * y + 7 * x) % 97) * scale + offset;
  });
}

export function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/readers/${name}`, import.meta.url));
}

/** Opens bytes as the file of this name. */
export async function open(name: string, bytes: Uint8Array = fixture(name), more?: Partial<FileToRead>) {
  const pages = await openPages({ bytes, name, maxValues: 1e6, ...more });
  if (pages === undefined) throw new Error(`${name} has no reader`);
  return pages;
}

export async function read(name: string, page = 1, more?: Partial<FileToRead>): Promise<Page> {
  return (await open(name, undefined, more)).read(page);
}
