import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere as retrodict } from './in-process.js';
import { jsonLines } from './spawn.js';

const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  .version as string;

describe('retrodict', () => {
  it('helps, gives its version, and knows its commands', async () => {
    const help = await retrodict(['--help']);
    expect(help.status).toBe(0);
    for (const command of ['restore', 'simulate', 'sample', 'list', 'describe', 'check', 'card', 'bench']) {
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(await retrodict(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
    const wrong = await retrodict(['resotre']);
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/unknown command 'resotre'\n\(Did you mean restore\?\)/);
    expect((await retrodict([])).status).toBe(2);
  });

  it.each(['problems', 'noises', 'solvers', 'priors'])('lists %s', async (kind) => {
    const text = await retrodict(['list', kind]);
    const json = await retrodict(['list', kind, '--json']);
    const entries = jsonLines(json);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries[0]).toEqual({
      type: 'entry',
      version: 1,
      kind,
      name: expect.any(String),
      summary: expect.any(String),
      ...(kind === 'solvers' && { samplesPosterior: expect.any(Boolean) }),
    });
    const names = text.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(entries.map(({ name }) => name));
    expect([text.status, json.status]).toEqual([0, 0]);
  });

  it('describes options with type, range, default and unit', async () => {
    const { stdout, status } = await retrodict(['describe', 'wiener']);
    expect(stdout).toMatch(/^wiener \(solver\): Wiener filter/);
    expect(stdout).toMatch(/Needs no prior, a linear problem, Gaussian noise of equal variance\./);
    expect(stdout).toMatch(
      /^ {2}weight {2}\(number, 0 < x, default 200\)\n {6}1 \/ variance of the difference/m,
    );
    expect(status).toBe(0);
    const [description] = jsonLines(await retrodict(['describe', 'gaussian', '--json']));
    expect(description).toMatchObject({
      type: 'description',
      version: 1,
      kind: 'noise',
      name: 'gaussian',
      schema: { type: 'object', properties: { sigma: { type: 'number', exclusiveMinimum: 0, maximum: 1 } } },
    });
    const [prior] = jsonLines(await retrodict(['describe', 'photo-small', '--json']));
    expect(prior).toMatchObject({ kind: 'prior', card: { channels: 3 } });
    const wrong = await retrodict(['describe', 'gausian-blur']);
    expect(wrong.stderr).toMatch(
      /^there is no problem, noise, solver or prior "gausian-blur"; the nearest are gaussian-blur/,
    );
    expect(wrong.status).toBe(2);
  });

  it('checks a problem', async () => {
    const good = await retrodict([
      'check',
      '--problem',
      'gaussian-blur:sigma=1.2+downsample:factor=2',
      '--size',
      '16x20',
    ]);
    expect(good.status).toBe(0);
    expect(good.stdout).toMatch(/^ok {3}adjoint/m);
    const lines = jsonLines(await retrodict(['check', '--problem', 'denoise', '--size', '8x8', '--json']));
    expect(lines[0]).toMatchObject({ type: 'check', version: 1, ok: true });
    const wrong = await retrodict(['check', '--problem', 'denoise', '--size', '16']);
    expect(wrong.stderr).toMatch(/Expected height x width in pixels, such as 256x384/);
    expect(wrong.status).toBe(2);
  });

  it('simulates, and restores what it simulated by its problem.json from anywhere', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/sub/a.png': await colourPng(16, 12), 'mask.png': await colourPng(16, 12, 1) });
    const simulated = await retrodict(
      [
        'simulate',
        'in',
        '--out',
        'sim',
        '--problem',
        'inpaint:mask=mask.png',
        '--noise',
        'gaussian:sigma=0.05',
      ],
      { cwd: root },
    );
    expect(simulated).toMatchObject({ status: 0, stdout: 'sub/a.npy: 3×12×16\n' });
    const restored = await retrodict(
      [
        'restore',
        '.',
        '--out',
        '../res',
        '--problem',
        'problem.json',
        '--solver',
        'wiener',
        '--truth',
        '../in',
      ],
      { cwd: join(root, 'sim') },
    );
    expect(restored.stdout).toMatch(/^sub\/a\.png: .*PSNR \d\d\.\d+ dB, SSIM 0\.\d+\n$/);
    expect(restored.status).toBe(0);
    const nameless = await retrodict(['simulate', 'in', '--out', 'sim2', '--problem', 'denoise'], {
      cwd: root,
    });
    expect(nameless.stderr).toMatch(/^--noise is needed to simulate/);
    expect(nameless.status).toBe(2);
  });

  it('exits with 1 where an item fails, one alone as one of many', async () => {
    const root = temporaryFolder();
    fill(root, { 'in/odd.png': await colourPng(15, 12), 'in/even.png': await colourPng(16, 12) });
    const halving = ['--problem', 'downsample:factor=2,filter=area', '--noise', 'gaussian:sigma=0.05'];
    const simulate = (input: string) => ['simulate', input, '--out', 'small', ...halving];
    const one = await retrodict(simulate('in/odd.png'), { cwd: root });
    expect(one.stderr).toMatch(/odd\.png: .*\n0 simulated, 1 failed\n$/);
    expect(one.status).toBe(1);
    const both = await retrodict(simulate('in'), { cwd: root });
    expect(both.stderr).toMatch(/1 simulated, 1 failed\n$/);
    expect(both.status).toBe(1);
    const unfit = ['--problem', 'colorize', '--noise', 'gaussian:sigma=0.05', '--solver', 'wiener'];
    const restored = await retrodict(['restore', 'small/even.npy', '--out', 'restored', ...unfit], {
      cwd: root,
    });
    expect(restored.stderr).toMatch(/even\.npy: .*\n0 restored, 0 already done, 1 failed\n$/);
    expect(restored.status).toBe(1);
  });

  it('checks the card of a prior', async () => {
    const weights = new URL('../../models/weights/photo-small/', import.meta.url).pathname;
    const good = await retrodict(['card', weights]);
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ name: 'photo-small' });
    const none = await retrodict(['card', temporaryFolder()]);
    expect(none.stderr).toMatch(/should hold one \.onnx file to write a card for; it holds none/);
    expect(none.status).toBe(2);
    const text = await retrodict(['card', 'README.md']);
    expect(text.stderr).toBe('README.md is no prior; expected a folder or an .onnx file.\n');
    expect(text.status).toBe(2);
    const absent = await retrodict(['card', 'nowhere-at-all']);
    expect(absent.stderr).toMatch(/nowhere-at-all/);
    expect(absent.status).toBe(2);
  });

  it('samples a prior', async () => {
    const root = temporaryFolder();
    const words = ['sample', '--prior', 'photo-small', '--out', 'out', '--size', '16x24', '--samples', '1'];
    expect(await retrodict(words, { cwd: root })).toMatchObject({ status: 0, stdout: 'out/sample-0.png\n' });
    const first = readFileSync(join(root, 'out/sample-0.png'));
    await retrodict(words, { cwd: root });
    expect(readFileSync(join(root, 'out/sample-0.png'))).toEqual(first);
    await retrodict([...words, '--set', 'method=ancestral', '--set', 'steps=10'], { cwd: root });
    expect(readFileSync(join(root, 'out/sample-0.png'))).not.toEqual(first);
    expect(await retrodict([...words, '--set', 'step=10'], { cwd: root })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is no option of sample "step"; the nearest are steps'),
    });
  });
});
