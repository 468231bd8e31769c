import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import { bench } from '../../src/bench/bench.js';
import { floatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { readPicture } from '../../src/io/picture-file.js';
import { restore } from '../../src/restore.js';
import { folder, stripesInFolder, writeSpec } from './stripes.js';

stripesInFolder();

describe('bench of photographs', () => {
  it('chooses on the first, reports on the rest, and gives the same numbers as restoring by hand', async () => {
    const noise = 'gaussian:sigma=25/255';
    const weights = [10, 100, 1000];
    const path = await writeSpec({
      kind: 'photographs',
      prior: 'photo-small',
      crop: 16,
      chooseOn: 2,
      samples: 1,
      tasks: [{ problem: 'denoise', noise, baselines: { wiener: { weight: weights } }, solvers: { tv: {} } }],
    });
    const lines: string[] = [];
    const result = await bench(path, {
      out: join(folder, 'out'),
      data: folder,
      say: (line) => lines.push(line),
    });
    const { rows } = JSON.parse(await readFile(result.jsonPath, 'utf8'));
    expect(rows).toHaveLength(2);
    const [wiener, tv] = rows;
    expect(wiener.photographs.map((p: { name: string }) => p.name)).toEqual([
      'stripes-3.png',
      'stripes-4.png',
    ]);

    const score = async (name: string, weight: number) => {
      const { image } = await readPicture(join(folder, name));
      const centre = floatArray(new Float32Array(3 * 16 * 16), [3, 16, 16]);
      for (let c = 0; c < 3; c++) {
        for (let i = 0; i < 16; i++) {
          for (let j = 0; j < 16; j++) centre.set(c, i, j, image.get(c, i + 2, j + 2));
        }
      }
      const bound = bind(problem('denoise', noise), { imageShape: [3, 16, 16] });
      const measurement = await measure(bound, centre, 0);
      const { mean } = await restore({ measurement, problem: bound, solver: 'wiener', options: { weight } });
      mean.data.forEach((value, i) => {
        mean.data[i] = Math.min(Math.max(value, 0), 1);
      });
      return psnr(mean, centre);
    };
    const onFirst: number[] = [];
    for (const weight of weights) {
      onFirst.push(((await score('stripes-1.png', weight)) + (await score('stripes-2.png', weight))) / 2);
    }
    const best = weights[onFirst.indexOf(Math.max(...onFirst))];
    expect(wiener.chosen).toEqual({ weight: best });
    expect(wiener.photographs[0].psnr).toBeCloseTo(await score('stripes-3.png', best), 9);
    expect(tv.photographs[0]).toMatchObject({ networkEvaluations: 0, vjps: 0 });
    expect(result.table).toContain('wiener (baseline)');
    expect(await readFile(result.tablePath, 'utf8')).toBe(`${result.table}\n`);
    expect(lines.length).toBeGreaterThan(3);
    const { image } = await readPicture(
      join(folder, 'out', 'tiny', 'denoise-gaussian-sigma-25-255-wiener.png'),
    );
    expect(image.shape).toEqual([3, 16, 48]);
    const restored = floatArray(
      Float32Array.from({ length: 768 }, (_, i) => image.get(i >> 8, (i >> 4) & 15, 32 + (i & 15))),
      [3, 16, 16],
    );
    const truth = floatArray(
      Float32Array.from({ length: 768 }, (_, i) => image.get(i >> 8, (i >> 4) & 15, i & 15)),
      [3, 16, 16],
    );
    expect(psnr(restored, truth)).toBeCloseTo(wiener.photographs[0].psnr, 1);
    expect(wiener.photographs[0].closestPsnr).toBe(wiener.photographs[0].psnr);
  });

  it('takes the copies that a prior makes of the photographs, and says what its codes can show', async () => {
    const task = { problem: 'denoise', noise: 'gaussian:sigma=25/255' };
    const run = async (change: object) => {
      const base = { kind: 'photographs', prior: 'photo-masked', crop: 16, chooseOn: 3 };
      const solvers = { aps: { steps: [1], iterations: [1] }, tv: {} };
      const path = await writeSpec({ ...base, ...change, tasks: [{ ...task, solvers }] });
      const out = join(folder, `copies-${Object.keys(change)}`);
      const { rows } = JSON.parse(
        await readFile((await bench(path, { out, data: folder })).jsonPath, 'utf8'),
      );
      const [aps, tv] = rows.map((row: { photographs: object[] }) => row.photographs[0]);
      expect(tv.ceiling).toBeUndefined();
      return aps;
    };
    const stripes = await run({});
    const copies = await run({ copiedBy: 'photo-masked' });
    expect(stripes.ceiling).toBeGreaterThan(10);
    // A copy that is copied to the bit has no ceiling.
    expect(copies.ceiling ?? Number.POSITIVE_INFINITY).toBeGreaterThan(stripes.ceiling + 1);
    await expect(run({ copiedBy: 'photo-small' })).rejects.toThrow('neither codes nor tokens');
  });

  it('runs the network as it says: workers change nothing, half precision a little', async () => {
    const task = { problem: 'denoise', noise: 'gaussian:sigma=25/255', solvers: { ddrm: { steps: [2] } } };
    const run = async (name: string, change: object) => {
      const base = { kind: 'photographs', prior: 'photo-small', crop: 16, chooseOn: 3, samples: 2 };
      const path = await writeSpec({ ...base, ...change, tasks: [task] });
      const { jsonPath } = await bench(path, { out: join(folder, name), data: folder });
      return JSON.parse(await readFile(jsonPath, 'utf8')).rows[0].photographs[0].psnr as number;
    };
    const plain = await run('plain', {});
    expect(await run('workers', { workers: 2 })).toBe(plain);
    const half = await run('half', { precision: 'fp16' });
    expect(half).not.toBe(plain);
    expect(half).toBeCloseTo(plain, 1);
  });

  it('keeps what is finished when a later part fails', async () => {
    const task = { problem: 'motion-blur:size=3,border=reflect', noise: 'gaussian:sigma=25/255' };
    const path = await writeSpec({
      kind: 'photographs',
      prior: 'photo-small',
      crop: 16,
      chooseOn: 3,
      tasks: [{ ...task, baselines: { wiener: {} }, solvers: { ddrm: {} } }],
    });
    const out = join(folder, 'cut-off');
    await expect(bench(path, { out, data: folder })).rejects.toThrow('solver ddrm needs');
    const { rows } = JSON.parse(await readFile(join(out, 'tiny.json'), 'utf8'));
    expect(rows.map((row: { solver: string }) => row.solver)).toEqual(['wiener']);
    expect(await readFile(join(out, 'tiny.md'), 'utf8')).toContain('wiener (baseline)');
  });

  it('goes on where an earlier run of fewer photographs, solvers or tasks ended, and nowhere else', async () => {
    const out = join(folder, 'continued');
    const run = async (limit: number, change: object, solvers: object) => {
      const task = { problem: 'denoise', noise: 'gaussian:sigma=25/255', solvers };
      const base = { kind: 'photographs', prior: 'photo-small', crop: 16, chooseOn: 1 };
      const lines: string[] = [];
      const say = (line: string) => lines.push(line);
      const spec = await writeSpec({ ...base, ...change, limit, tasks: [task] });
      const { jsonPath } = await bench(spec, { out, data: folder, say });
      return { lines, rows: JSON.parse(await readFile(jsonPath, 'utf8')).rows };
    };
    const first = await run(1, {}, { wiener: {} });
    expect(first.lines).toHaveLength(1);
    const second = await run(2, {}, { wiener: {}, tv: { weight: [5, 10] } });
    // Wiener on the second photograph; TV's two weights, and both photographs.
    expect(second.lines).toHaveLength(5);
    expect(second.rows[0].photographs[0]).toEqual(first.rows[0].photographs[0]);
    const third = await run(2, {}, { tv: { weight: [5, 10] }, wiener: {} });
    expect(third.lines).toHaveLength(0);
    expect(third.rows[0]).toEqual(second.rows[1]);
    expect((await run(2, {}, { tv: { weight: [10] }, wiener: {} })).lines).toHaveLength(2);
    expect((await run(1, { seed: 1 }, { wiener: {} })).lines).toHaveLength(1);
  });

  it('makes the rows of another prior again, and those that need none only once', async () => {
    const out = join(folder, 'other-weights');
    const solvers = { wiener: {}, ddnm: { steps: [2] } };
    const task = { problem: 'denoise', noise: 'gaussian:sigma=25/255', solvers };
    const path = await writeSpec({
      kind: 'photographs',
      prior: 'photo-small',
      crop: 16,
      chooseOn: 3,
      tasks: [task],
    });
    const lines: string[] = [];
    const run = () => bench(path, { out, data: folder, say: (line) => lines.push(line) });
    const { jsonPath } = await run();
    const record = JSON.parse(await readFile(jsonPath, 'utf8'));
    expect(record.rows.map(({ weights }: { weights?: string[] }) => weights?.length)).toEqual([undefined, 1]);
    record.rows[1].weights = ['another'];
    await writeFile(jsonPath, JSON.stringify(record));
    lines.length = 0;
    await run();
    await run();
    expect(lines).toEqual([expect.stringContaining('ddnm')]);
  });
});
