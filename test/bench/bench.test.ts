import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bench } from '../../src/bench/bench.js';
import { folder, stripesInFolder, writeSpec } from './stripes.js';

stripesInFolder();

describe('bench', () => {
  it.each(['tiny.json', 'tiny.md', 'tiny.html', 'tiny'])(
    'replaces no %s that is none of its results',
    async (theirs) => {
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
    },
  );

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
});
