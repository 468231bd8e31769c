/** Complex measurements from simulation to restoration, as NumPy has them: complex64 in .npy, or alone in .npz. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { floatArray } from '../src/core/array.js';
import { decodeNpy, encodeNpy } from '../src/io/npy.js';
import { restoreFolder } from '../src/jobs/restore-folder.js';
import { simulateFolder } from '../src/jobs/simulate-folder.js';
import { readProblem } from '../src/load/problem-files.js';
import { temporaryFolder } from './io/folders.js';

const image = floatArray(
  Float32Array.from({ length: 12 * 10 }, (_, i) => 0.5 + 0.3 * Math.sin(i / 9)),
  [1, 12, 10],
);

describe('complex measurements', () => {
  it('are written as complex64 and restored from .npy and .npz alike', async () => {
    const folder = temporaryFolder();
    const [measured, out] = [join(folder, 'measured'), join(folder, 'out')];
    writeFileSync(join(folder, 'a.npy'), encodeNpy(image));
    const spec = await readProblem('mri:acceleration=1', 'gaussian:sigma=0.001');
    await simulateFolder({ inputs: [join(folder, 'a.npy')], out: measured, spec });
    const bytes = readFileSync(join(measured, 'a.npy'));
    expect(bytes.subarray(0, 128).toString('latin1')).toContain("'descr': '<c8'");
    expect(bytes.subarray(0, 128).toString('latin1')).toContain("'shape': (1, 12, 10)");

    const archives = join(folder, 'archives');
    mkdirSync(archives);
    writeFileSync(join(archives, 'b.npz'), zipSync({ 'kspace.npy': new Uint8Array(bytes) }));
    writeFileSync(join(archives, 'c.npz'), zipSync({ 'x.npy': encodeNpy(image), 'y.npy': encodeNpy(image) }));
    const errors: string[] = [];
    const summary = await restoreFolder(
      {
        inputs: [join(measured, 'a.npy'), archives],
        out,
        spec: await readProblem(join(measured, 'problem.json')),
        solver: 'wiener',
        options: { weight: 0.01 },
        format: 'npy',
      },
      (event) => {
        if (event.type === 'failed') errors.push(event.error.message);
      },
    );
    expect(summary).toEqual({ done: 2, unchanged: 0, failed: 1 });
    expect(errors[0]).toContain('c.npz holds 2 arrays (x, y), expected one');
    const [a, b] = ['a', 'b'].map((name) => decodeNpy(readFileSync(join(out, `${name}.npy`)), name).array);
    expect(b.data).toEqual(a.data);
    for (const [i, value] of a.data.entries()) expect(Math.abs(value - image.data[i])).toBeLessThan(0.02);
  });
});
