/** A folder of small pictures to benchmark on, and the benchmark that is written there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { writePicture } from '../../src/io/picture-file.js';

export const folder = mkdtempSync(join(tmpdir(), 'retrodict-bench-'));

/** Four pictures of stripes, 20×20, gone when the tests of the file are over. */
export function stripesInFolder(): void {
  beforeAll(async () => {
    for (const period of [1, 2, 3, 4])
      await writePicture(join(folder, `stripes-${period}.png`), stripes(period));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
}

/** A small picture of stripes; `period` tells one from another. */
function stripes(period: number) {
  const data = Float32Array.from({ length: 3 * 20 * 20 }, (_, i) => 0.5 + 0.4 * Math.sin((i % 20) / period));
  return floatArray(data, [3, 20, 20]);
}

export async function writeSpec(spec: unknown): Promise<string> {
  const path = join(folder, 'tiny.json');
  await writeFile(path, typeof spec === 'string' ? spec : JSON.stringify(spec));
  return path;
}
