import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../../src/bench/bench.js';
import { folder, stripesInFolder, writeSpec } from './stripes.js';

stripesInFolder();

describe('bench of operators', () => {
  it('times there and back against a denoising, and says what is open', async () => {
    const path = await writeSpec({
      kind: 'operators',
      prior: 'photo-small',
      rounds: 1,
      tasks: [
        { problem: 'gaussian-blur:sigma=1,border=reflect', image: [3, 16, 16] },
        { problem: 'blur:kernel=-,normalize,border=reflect', image: [3, 16, 16], arrays: { kernel: [3, 5] } },
        { problem: 'phase-retrieval', image: [1, 16, 16] },
      ],
    });
    const { table, jsonPath } = await bench(path, { out: join(folder, 'operators') });
    const { rows } = JSON.parse(await readFile(jsonPath, 'utf8'));
    expect(rows.map(({ measurement }: { measurement: number[] }) => measurement)).toEqual([
      [3, 16, 16],
      [3, 16, 16],
      [1, 32, 32],
    ]);
    for (const { milliseconds, share } of rows) {
      expect(milliseconds).toBeGreaterThan(0);
      expect(share).toBeGreaterThan(0);
    }
    expect(table.split('\n')).toHaveLength(5);
    const lines = table.split('\n').slice(2);
    for (const [i, { share }] of rows.entries()) expect(lines[i].includes('open')).toBe(share > 0.05);
  });
});
