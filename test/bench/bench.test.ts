import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../problems/bind.js';
import { bind } from '../../problems/index.js';
import { measure } from '../../problems/measure.js';
import { bench } from '../../src/bench/bench.js';
import { markdownTable, median } from '../../src/bench/table.js';
import { floatArray } from '../../src/core/array.js';
import { psnr } from '../../src/core/metrics.js';
import { readPicture, writePicture } from '../../src/io/picture-file.js';
import { restore } from '../../src/restore.js';

let folder: string;

/** A small picture of stripes; `period` tells one from another. */
function stripes(period: number) {
  const data = Float32Array.from({ length: 3 * 20 * 20 }, (_, i) => 0.5 + 0.4 * Math.sin((i % 20) / period));
  return floatArray(data, [3, 20, 20]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-bench-'));
  for (const period of [1, 2, 3, 4])
    await writePicture(join(folder, `stripes-${period}.png`), stripes(period));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeSpec(spec: unknown): Promise<string> {
  const path = join(folder, 'tiny.json');
  await writeFile(path, typeof spec === 'string' ? spec : JSON.stringify(spec));
  return path;
}

describe('bench', () => {
  it.each(['tiny.json', 'tiny.md', 'tiny'])('replaces no %s that is none of its results', async (theirs) => {
    const path = await writeSpec({
      ...{ kind: 'photographs', prior: 'photo-small', crop: 16, chooseOn: 1, samples: 1 },
      tasks: [{ problem: 'denoise', noise: 'gaussian:sigma=25/255', baselines: {}, solvers: { tv: {} } }],
    });
    const out = await mkdtemp(join(folder, 'theirs-'));
    await writeFile(join(out, theirs), '{"theirs": 1}');
    await expect(bench(path, { out, data: folder })).rejects.toThrow(
      `${join(out, theirs)} is there already, and is no result of this benchmark`,
    );
    expect(await readFile(join(out, theirs), 'utf8')).toBe('{"theirs": 1}');
  });
});

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

  it('does not write its results over the spec', async () => {
    const path = await writeSpec({ kind: 'speed' });
    await expect(bench(path, { out: folder })).rejects.toThrow('which the results would overwrite');
    expect(await readFile(path, 'utf8')).toBe('{"kind":"speed"}');
  });

  it.each([
    ['{', 'is not JSON'],
    [{ kind: 'speeed' }, 'is not a benchmark'],
    [{ kind: 'photographs', tasks: [] }, '--data must name the folder'],
  ])('refuses %o', async (spec, sentence) => {
    await expect(bench(await writeSpec(spec), { out: join(folder, 'out') })).rejects.toThrow(sentence);
  });

  it('names the benchmark or the folder that there is not', async () => {
    const out = join(folder, 'out');
    await expect(bench(join(folder, 'none.json'), { out })).rejects.toThrow(
      /^the benchmark .*none\.json cannot be read: there is no such file or folder$/,
    );
    const path = await writeSpec({ kind: 'photographs', prior: 'photo-small', tasks: [] });
    await expect(bench(path, { out, data: join(folder, 'none') })).rejects.toThrow(
      /^the photographs in .*none cannot be read: there is no such file or folder$/,
    );
  });

  it('refuses a folder with too few photographs and pictures that are too small', async () => {
    const base = { kind: 'photographs', prior: 'photo-small', tasks: [] };
    const run = async (change: object) =>
      bench(await writeSpec({ ...base, ...change }), { out: join(folder, 'out'), data: folder });
    await expect(run({ crop: 16, chooseOn: 4 })).rejects.toThrow('holds 4 photographs, expected more than 4');
    await expect(run({ crop: 64 })).rejects.toThrow(
      'stripes-1.png is 20×20 px, too small for a crop of 64×64',
    );
  });
});

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

describe('tables', () => {
  it('line up, with numbers on the right', () => {
    expect(
      markdownTable(
        ['a', 'dB'],
        [
          ['x', '1.50'],
          ['longer', '–'],
        ],
      ),
    ).toBe(['| a      |   dB |', '| ------ | ---: |', '| x      | 1.50 |', '| longer |    – |'].join('\n'));
  });

  it('take the middle of an even number of values', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });
});
