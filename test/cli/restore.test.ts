import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere } from './in-process.js';
import { jsonLines, retrodict } from './spawn.js';

const weights = fileURLToPath(new URL('../../models/weights/photo-small', import.meta.url));

const wiener = ['--solver', 'wiener'];

/** The pictures hold no noise: smoothed so much, they differ from the estimate by what is stated. */
const smooth = [...wiener, '--set', 'weight=2000'];

const denoise = ['--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];

/** A folder `in` with two pictures. */
async function pictures(): Promise<string> {
  const root = temporaryFolder();
  fill(root, { 'in/a.png': await colourPng(12, 8), 'in/b.png': await colourPng(9, 10, 1) });
  return root;
}

describe('retrodict restore', () => {
  it('restores a folder, says so, and then has nothing to do', async () => {
    const cwd = await pictures();
    fill(cwd, { 'in/notes.txt': '' });
    const words = ['restore', 'in', '--out', 'out', ...denoise, ...smooth];
    const first = await retrodict(words, { cwd });
    expect(first.stderr).toBe(
      'skipped in/notes.txt: it is not a picture, .npy or .npz file\n2 to restore\n2 restored, 0 already done, 0 failed\n',
    );
    expect(first.stdout).toMatch(/^a\.png: [\d.]+ s, misfit [\d.]+ \(1 is ideal\)\nb\.png: .*\n$/);
    expect(first.status).toBe(0);
    const again = await retrodict(words, { cwd });
    expect(again.stderr).toMatch(/a: already done\nb: already done\n0 restored, 2 already done, 0 failed/);
    expect([again.status, again.stdout]).toEqual([0, '']);
  });

  it('counts its warnings at the end, and makes failures of them with --strict', async () => {
    const cwd = await pictures();
    const words = ['restore', 'in', '--out', 'out', ...denoise, ...wiener];
    const warned = await retrodictHere(words, { cwd });
    expect(warned.stderr).toMatch(
      /^warning: a: the misfit is 0\.\d+ .*\nwarning: b: .*\n2 restored, 0 .*, 2 warnings$/m,
    );
    expect(warned.status).toBe(0);
    const strict = await retrodictHere([...words.slice(0, 3), 'strict', ...words.slice(4), '--strict'], {
      cwd,
    });
    expect(strict.stderr).toMatch(/^in\/a\.png: the misfit is .* \(--strict makes this a failure\)$/m);
    expect(strict.stderr).toMatch(/0 restored, 0 already done, 2 failed$/m);
    expect(strict.status).toBe(1);
    expect(readdirSync(join(cwd, 'strict'))).toEqual(['manifest.jsonl']);
  });

  it('does not wait in silence for an operator that never answers', async () => {
    const root = temporaryFolder();
    const never = '() => new Promise(() => {})';
    fill(root, {
      'a.png': await colourPng(4, 4),
      'never.js': `export const create = (s) => ({ outputShape: s, apply: ${never}, adjoint: ${never} });`,
    });
    const noise = ['--noise', 'gaussian:sigma=0.1'];
    const words = ['simulate', 'a.png', '--out', 'out', '--problem', 'module:file=never.js', ...noise];
    const { status, stderr } = await retrodict(words, { cwd: root });
    expect([status, stderr]).toEqual([1, expect.stringContaining('waits for something that never comes')]);
  });

  it('restores the same in tiles, and says how the prior was run', async () => {
    const cwd = temporaryFolder();
    fill(cwd, { 'wide.png': await colourPng(224, 8) });
    const solver = ['--prior', 'photo-small', '--solver', 'diffpir', '--set', 'steps=2', '--samples', '1'];
    const words = ['restore', join(cwd, 'wide.png'), ...denoise, ...solver];
    for (const [out, ...how] of [['whole'], ['tiles', '--tile', '8'], ['low', '--memory', 'low']]) {
      expect((await retrodictHere([...words, '--out', join(cwd, out), ...how])).status).toBe(0);
    }
    const [whole, tiles] = ['whole', 'tiles'].map((out) =>
      readFileSync(join(cwd, out, 'wide.png'), 'base64'),
    );
    expect(tiles).toBe(whole);
    const made = (out: string) => JSON.parse(readFileSync(join(cwd, out, 'manifest.jsonl'), 'utf8')).made;
    expect(made('whole')).not.toHaveProperty('tile');
    expect(made('tiles')).toEqual({ ...made('whole'), tile: 8 });
    expect(made('low')).toEqual({ ...made('whole'), memory: 'low' });
    const other = await retrodictHere([...words, '--out', join(cwd, 'tiles'), '--tile', '16']);
    expect(other.stderr).toMatch(/was made with tile = 8, now asked for with 16; --force replaces it/);
    const latent = await retrodictHere([
      ...words.slice(0, -6),
      '--out',
      join(cwd, 'l'),
      '--prior',
      'photo-latent',
      '--solver',
      'resample',
      '--tile',
      '8',
    ]);
    expect(latent.stderr).toMatch(/photo-latent is a latent prior, which cannot be tiled/);
  });

  it('prints JSON lines with type and version and nothing else on stdout', async () => {
    const cwd = await pictures();
    fill(cwd, { 'in/text.png': 'text' });
    const done = await retrodict(['restore', 'in', '--out', 'out', ...denoise, ...smooth, '--json'], { cwd });
    const lines = jsonLines(done);
    expect(lines.every((line) => line['version'] === 1)).toBe(true);
    expect(lines.map(({ type, name }) => [type, name])).toEqual([
      ['start', undefined],
      ['done', 'a'],
      ['done', 'b'],
      ['failed', 'text'],
      ['summary', undefined],
    ]);
    expect(lines[1]).toMatchObject({
      status: 'ok',
      files: ['a.png', 'a.posterior.npz'],
      made: { solver: 'wiener' },
    });
    expect(lines[3]['error']).toMatch(/in\/text\.png is not a picture/);
    expect(done.stderr).toMatch(/^in\/text\.png is not a picture: [^\n]*\n$/);
    expect(done.status).toBe(1);
    const misused = await retrodictHere([
      'restore',
      join(cwd, 'in'),
      '--out',
      'o',
      '--problem',
      'blurr',
      '--json',
    ]);
    expect(jsonLines(misused)).toEqual([
      {
        type: 'error',
        version: 1,
        message: expect.stringMatching(/^there is no problem "blurr"; the nearest are blur/),
      },
    ]);
  });

  it.each([
    [
      'an unknown problem',
      ['--problem', 'gausian-blur'],
      /^there is no problem "gausian-blur"; the nearest are gaussian-blur/,
    ],
    [
      'an unknown option of a problem',
      ['--problem', 'gaussian-blur:sigmas=1'],
      /^there is no option of gaussian-blur "sigmas"; the nearest are sigma/,
    ],
    [
      'an unknown noise',
      ['--problem', 'denoise', '--noise', 'gausian:sigma=1'],
      /^there is no noise "gausian"; the nearest are gaussian/,
    ],
    [
      'a negative noise level',
      ['--problem', 'denoise', '--noise', 'gaussian:sigma=-0.1'],
      /^option sigma of gaussian: expected a number, 0 < sigma.*found -0\.1/,
    ],
    [
      'an absurd noise level',
      ['--problem', 'denoise', '--noise', 'gaussian:sigma=25'],
      /^option sigma of gaussian: expected a number, .*found 25/,
    ],
    [
      'an unknown solver',
      [...denoise, '--solver', 'diffpri'],
      /^there is no solver "diffpri"; the nearest are diffpir/,
    ],
    [
      'an unknown option of a solver',
      [...denoise, ...wiener, '--set', 'wieght=2'],
      /there is no option of solver wiener "wieght"; the nearest are weight/,
    ],
    [
      'a solver option out of range',
      [...denoise, ...wiener, '--set', 'weight=-2'],
      /option weight of solver wiener: .*-2/,
    ],
    ['an unknown prior', [...denoise, '--prior', 'foto'], /^There is no prior "foto".*photo/],
    [
      'an unknown option',
      [...denoise, '--sampels', '3'],
      /^error: unknown option '--sampels'\n\(Did you mean --samples\?\)/,
    ],
    [
      'no number where one belongs',
      [...denoise, '--samples', '-1'],
      /--samples <n>' argument '-1' is invalid\. Expected a whole number from 0/,
    ],
    [
      'a problem file that is missing',
      ['--problem', 'p.json'],
      /^the problem p\.json cannot be read: there is no such file or folder$/m,
    ],
    [
      'a solver file that is missing',
      [...denoise, '--solver', 's.js'],
      /^the solver s\.js cannot be read: there is no such file/,
    ],
    ['a truth folder that is missing', [...denoise, ...wiener, '--truth', 't'], /^--truth t is not a folder/],
  ])('exits with 2 and one sentence for %s', async (_, words, sentence) => {
    const cwd = await pictures();
    const path = join(cwd, 'in/a.png');
    const { status, stdout, stderr } = await retrodictHere([
      'restore',
      path,
      '--out',
      join(cwd, 'out'),
      ...words,
    ]);
    expect(stderr.replace('1 to restore\n', '').replace(`${path}: `, '')).toMatch(sentence);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('asks for the folder that results go to', async () => {
    const cwd = await pictures();
    const { status, stderr } = await retrodictHere(['restore', join(cwd, 'in'), ...denoise]);
    expect(stderr).toMatch(/^error: required option '--out <dir>' not specified/);
    expect(status).toBe(2);
  });

  it.each([
    ['diffpir', ['--noise-prior', 'photo-small'], 'noise without a prior of its own, but prior photo-small'],
    ['joint-diffusion', [], 'a second prior, of the structured noise, but none was given'],
  ])('says of %s whether a second prior is for it', async (solver, words, sentence) => {
    const cwd = await pictures();
    const job = [join(cwd, 'in/a.png'), '--out', join(cwd, 'out'), ...denoise, '--solver', solver];
    const { status, stderr } = await retrodictHere(['restore', ...job, '--prior', 'photo-small', ...words]);
    expect(stderr).toContain(`solver ${solver} needs ${sentence}`);
    expect(status).toBe(1);
  });

  it('exits with 2 where input or output cannot be', async () => {
    const cwd = await pictures();
    fill(cwd, { file: '' });
    const run = (from: string, to: string, ...more: string[]) =>
      retrodictHere(['restore', join(cwd, from), '--out', join(cwd, to), ...denoise, ...wiener, ...more]);
    const missing = await run('none', 'out');
    expect([missing.status, missing.stderr]).toEqual([2, `the input ${join(cwd, 'none')} does not exist\n`]);
    const within = await run('in', 'in/out');
    expect(within).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^the output folder .*in\/out lies within/),
    });
    const unwritable = await run('in', 'file/out');
    expect(unwritable).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/cannot be written: a part of its path/),
    });
    expect(unwritable.stderr).not.toMatch(/\n\s+at /);
    expect((await run('none', 'out', '--debug')).stderr).toMatch(/does not exist\n\s+at /);
    expect(readdirSync(cwd).sort()).toEqual(['file', 'in']);
  });

  it('raises the limit of pixels by --max-pixels', async () => {
    const cwd = temporaryFolder();
    fill(cwd, { 'wide.png': await colourPng(17_000, 1) });
    const words = ['restore', join(cwd, 'wide.png'), '--out', join(cwd, 'out'), ...denoise, ...wiener];
    const refused = await retrodictHere(words);
    expect(refused.stderr).toMatch(
      /wide\.png is 17000×1 pixels, and the limit is 16384 pixels a side \(--max-pixels/,
    );
    expect(refused.status).toBe(1);
    expect((await retrodictHere([...words, '--max-pixels', '20000'])).status).toBe(0);
  });

  it('refuses a prior whose file is not what its card says', async () => {
    const cwd = await pictures();
    mkdirSync(join(cwd, 'prior'));
    for (const file of ['model.onnx', 'last-layer.npy']) {
      copyFileSync(join(weights, file), join(cwd, 'prior', file));
    }
    const card = readFileSync(join(weights, 'card.json'), 'utf8');
    writeFileSync(
      join(cwd, 'prior/card.json'),
      card.replace(/("path": "model.onnx",\s*"sha256": ")./, '$10'),
    );
    const words = [
      'restore',
      join(cwd, 'in'),
      '--out',
      join(cwd, 'out'),
      ...denoise,
      '--prior',
      join(cwd, 'prior'),
    ];
    const { status, stderr } = await retrodictHere(words);
    expect(stderr).toMatch(/model\.onnx has SHA-256 [0-9a-f]{64}; its card expects 0[0-9a-f]{63}/);
    expect(status).toBe(2);
  });
});
