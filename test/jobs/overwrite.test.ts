/** Nothing is overwritten that this program did not write. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { retrodictHere } from '../cli/in-process.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

const how = ['--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];
const wiener = [...how, '--solver', 'wiener', '--quiet'];

/** Two pictures in `in`, others of the same names in `theirs`. */
async function folders() {
  const root = temporaryFolder();
  const pictures = [await colourPng(12, 8), await colourPng(9, 10, 1), await colourPng(12, 8, 2)];
  fill(root, { 'in/a.png': pictures[0], 'in/b.png': pictures[1], 'theirs/a.png': pictures[2] });
  const run = (...words: string[]) => retrodictHere(words, { cwd: root });
  const read = (path: string) => readFileSync(join(root, path), 'base64');
  return { root, run, read };
}

describe('restore', () => {
  it.each([[[]], [['--force']]])(
    'refuses files that it did not write, by name, and does the rest: %j',
    async (more) => {
      const { root, run, read } = await folders();
      const before = read('theirs/a.png');
      const { status, stderr } = await run('restore', 'in', '--out', 'theirs', ...wiener, ...more);
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^in\/a\.png: theirs\/a\.png is there already, and this program has no record .*--overwrite/m,
      );
      expect(read('theirs/a.png')).toBe(before);
      expect(readdirSync(join(root, 'theirs')).sort()).toEqual(
        ['a.png', 'b.png', 'b.posterior.npz', 'manifest.jsonl'].sort(),
      );
    },
  );

  it('leaves no trace in a folder where all is refused', async () => {
    const { root, run } = await folders();
    await run('restore', 'in/a.png', '--out', 'theirs', ...wiener);
    expect(readdirSync(join(root, 'theirs'))).toEqual(['a.png']);
  });

  it('replaces them when told so, and never an input', async () => {
    const { run, read } = await folders();
    const [before, input] = [read('theirs/a.png'), read('in/a.png')];
    expect((await run('restore', 'in', '--out', 'theirs', ...wiener, '--overwrite')).status).toBe(0);
    expect(read('theirs/a.png')).not.toBe(before);
    const circular = ['restore', 'theirs/a.png', 'in/b.png', '--out', 'in', ...wiener, '--overwrite'];
    expect(await run(...circular)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/in\/b\.png lies in/),
    });
    expect(read('in/a.png')).toBe(input);
  });

  it('does not replace one input by the result of another', async () => {
    const { root, run } = await folders();
    const [outer, inner] = [await colourPng(8, 8), await colourPng(8, 8, 1)];
    fill(root, { 'd/sub/x.png': outer, 'd/sub/sub/x.png': inner });
    const words = ['restore', 'd/sub', '--out', 'd', ...wiener, '--overwrite'];
    const { status, stderr } = await run(...words);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^d\/sub\/sub\/x\.png: d\/sub\/x\.png is an input, so it is not replaced/m);
    expect(readFileSync(join(root, 'd/sub/x.png'))).toEqual(outer);
    expect(existsSync(join(root, 'd/x.png'))).toBe(true);
  });

  it.each([
    ['restore', ['in', ...how]],
    ['simulate', ['in', ...how]],
    ['sample', ['--prior', 'photo-small']],
    ['bench', ['spec.json']],
  ])('does not take an empty --out of %s for the current folder', async (command, words) => {
    const { root, run } = await folders();
    fill(root, { 'spec.json': '{}' });
    const { status, stderr } = await run(command, ...words, '--out', '');
    expect([status, stderr]).toEqual([
      2,
      '--out is empty, expected the name of a folder; . is the current one\n',
    ]);
    expect(readdirSync(root).sort()).toEqual(['in', 'spec.json', 'theirs']);
  });

  it.each(['theirs', '.'])('refuses a truth that its results could replace: --out %s', async (out) => {
    const { run, read } = await folders();
    const before = read('theirs/a.png');
    const { status, stderr } = await run(
      'restore',
      'in',
      '--truth',
      'theirs',
      '--out',
      out,
      ...wiener,
      '--overwrite',
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(
      out === '.' ? /lies within the input|lies in the output/ : /^--truth theirs lies in the output/,
    );
    expect(read('theirs/a.png')).toBe(before);
  });

  it('removes what a result has no more when its form changes', async () => {
    const { root, run } = await folders();
    const jitter = ['restore', 'in/a.png', '--out', 'out', ...how, '--prior', 'photo-small', '--quiet'];
    const steps = [...jitter, '--solver', 'diffpir', '--set', 'steps=2'];
    expect((await run(...steps, '--samples', '2', '--format', 'tiff')).status).toBe(0);
    writeFileSync(join(root, 'out/a.note.png'), 'theirs');
    expect((await run(...steps, '--samples', '1', '--format', 'png', '--force')).status).toBe(0);
    expect(readdirSync(join(root, 'out')).sort()).toEqual(
      ['a.note.png', 'a.png', 'a.posterior.npz', 'manifest.jsonl'].sort(),
    );
  });

  it('makes again what is not as it was written where it is told to, and loses nobody’s work', async () => {
    const { root, run, read } = await folders();
    const words = ['restore', 'in/a.png', '--out', 'out', ...wiener];
    await run(...words);
    const before = read('out/a.png');
    const bytes = readFileSync(join(root, 'out/a.png'));
    bytes[bytes.length - 1] ^= 1;
    writeFileSync(join(root, 'out/a.png'), bytes);
    const edited = read('out/a.png');
    const refusal = /out\/a\.png was changed after this program wrote it; --overwrite replaces it$/m;
    for (const more of [[], ['--force', '--seed', '3'], ['--force', '--format', 'tiff']]) {
      const { status, stderr } = await run(...words, ...more);
      expect([status, stderr]).toEqual([1, expect.stringMatching(refusal)]);
      expect(read('out/a.png')).toBe(edited);
    }
    const again = await run(...words, '--overwrite');
    expect(again.stderr).toMatch(
      /^warning: a: a\.png changed after it was written, so the item is made again$/m,
    );
    expect(read('out/a.png')).toBe(before);
    expect((await run(...words.slice(0, -1))).stderr).toMatch(/^a: already done$/m);
  });
});

describe('inputs that share an output', () => {
  it('are refused by name, and the others go on', async () => {
    const { root, run } = await folders();
    fill(root, { 'in/a.sd.png': await colourPng(12, 8, 3), 'in/problem.png': await colourPng(12, 8) });
    const paths = ['in/a.png', 'in/a.sd.png', 'in/b.png'];
    const { status, stderr } = await run('restore', ...paths, '--out', 'out', ...wiener);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^in\/a\.png and in\/a\.sd\.png would both write a\.sd\.png, so neither is restored$/m,
    );
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['b.png', 'b.posterior.npz', 'manifest.jsonl']);
    const simulated = await run('simulate', 'in', '--out', 'sim', ...how, '--quiet');
    expect(simulated.stderr).toMatch(/^in\/problem\.png: .*sim\/problem\.json is a file of the job itself$/m);
  });

  it('may come one after the other, and then the first result stands', async () => {
    const { root, run, read } = await folders();
    fill(root, { 'in/a.sd.png': await colourPng(12, 8, 3) });
    const steps = [
      ...how,
      '--prior',
      'photo-small',
      '--solver',
      'diffpir',
      '--set',
      'steps=2',
      '--samples',
      '2',
    ];
    expect((await run('restore', 'in/a.png', '--out', 'out', ...steps)).status).toBe(0);
    const map = read('out/a.sd.png');
    const second = await run('restore', 'in/a.sd.png', '--out', 'out', ...steps);
    expect(second.status).toBe(1);
    expect(second.stderr).toMatch(/out\/a\.sd\.png is there already/);
    expect(read('out/a.sd.png')).toBe(map);
  });
});

describe('simulate', () => {
  it('refuses files that it did not write, and replaces its own', async () => {
    const { root, run, read } = await folders();
    fill(root, { 'out/a.npy': 'theirs' });
    const words = ['simulate', 'in', '--out', 'out', ...how];
    const first = await run(...words, '--quiet');
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/^in\/a\.png: out\/a\.npy is there already/);
    expect(read('out/a.npy')).toBe(Buffer.from('theirs').toString('base64'));
    expect((await run(...words, '--overwrite')).status).toBe(0);
    const noise = read('out/b.npy');
    expect((await run(...words, '--seed', '1')).status).toBe(0);
    expect(read('out/b.npy')).not.toBe(noise);
    expect((await run(...words, '--format', 'png')).status).toBe(0);
    expect(readdirSync(join(root, 'out')).sort()).toEqual(
      ['a.json', 'a.png', 'b.json', 'b.png', 'problem.json', 'simulated.jsonl'].sort(),
    );
    // It is there to be restored: a walk does not pass over it.
    const restored = await run(
      'restore',
      'out',
      '--problem',
      'out/problem.json',
      '--out',
      'r',
      '--solver',
      'wiener',
    );
    expect(restored.stderr).toMatch(/^2 restored/m);
  });

  it('refuses to replace files that its problem would bring along', async () => {
    const { root, run, read } = await folders();
    fill(root, { 'mask.png': await colourPng(12, 8), 'out/problem.0-mask.part.png': 'theirs' });
    const words = ['simulate', 'in/a.png', '--problem', 'inpaint:mask=mask.png', ...how.slice(2), '--out'];
    const { status, stderr } = await run(...words, 'out');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^out\/problem\.0-mask\.part\.png is there already/m);
    expect(read('out/problem.0-mask.part.png')).toBe(Buffer.from('theirs').toString('base64'));
    expect((await run(...words, 'new')).status).toBe(0);
    expect((await run(...words, 'new')).status).toBe(0);
    expect(readdirSync(join(root, 'new'))).toContain('problem.0-mask.part.png');
  });

  it('refuses to replace a problem.json of another', async () => {
    const { root, run } = await folders();
    fill(root, { 'out/problem.json': 'theirs' });
    const { status, stderr } = await run('simulate', 'in', '--out', 'out', ...how);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^out\/problem\.json is there already/m);
    expect(readdirSync(join(root, 'out'))).toEqual(['problem.json']);
  });
});

describe('sample', () => {
  it('refuses files that it did not write before it draws, and replaces its own', async () => {
    const { root, run } = await folders();
    fill(root, { 'out/sample-1.png': 'theirs' });
    const words = ['sample', '--prior', 'photo-small', '--size', '8x8', '--set', 'steps=2', '--out'];
    const refused = await run(...words, 'out', '--samples', '2');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^out\/sample-1\.png is there already/);
    expect((await run(...words, 'out', '--samples', '2', '--overwrite')).status).toBe(0);
    expect((await run(...words, 'out', '--samples', '1', '--seed', '1')).status).toBe(0);
    expect(readdirSync(join(root, 'out')).sort()).toEqual(['sample-0.png', 'sample-1.png', 'samples.jsonl']);
  });
});
