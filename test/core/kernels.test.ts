import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { room } from '../../src/core/kernels.js';
import { kernelSources } from '../../src/core/kernels.wasm.js';

describe('kernels', () => {
  it('are compiled from the sources as they are; if not, `npm run kernels` does it', () => {
    const folder = new URL('../../src/core/kernels/', import.meta.url);
    const hash = createHash('sha256');
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith('.ts')) hash.update(readFileSync(new URL(name, folder)));
    }
    expect(kernelSources).toBe(hash.digest('hex'));
  });
});

describe('room', () => {
  it('gives arrays that do not overlap, aligned for vectors, however many', () => {
    const arrays = room([Float64Array, 3], [Int32Array, 5], [Float32Array, 300_000], [Float64Array, 1]);
    expect(arrays.map(({ length }) => length)).toEqual([3, 5, 300_000, 1]);
    for (const [i, array] of arrays.entries()) array.fill(i + 1);
    for (const [i, array] of arrays.entries()) {
      expect(array.byteOffset % 16).toBe(0);
      expect(array.every((value) => value === i + 1)).toBe(true);
    }
  });
});
