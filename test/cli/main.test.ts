/** The program as a process: signals and pipes. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { retrodictHere } from './in-process.js';
import { retrodict } from './spawn.js';

const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const denoise = ['--problem', 'denoise', '--noise', 'gaussian:sigma=0.1'];

/** A solver that never lets go of its thread. */
const busySolver = `
  const options = { shape: {}, safeParse: () => ({ success: true, data: {} }), parse: () => ({}) };
  export const solver = {
    kind: 'chain', name: 'busy', summary: '', needs: { prior: 'none', noise: 'any' }, samplesPosterior: true,
    options, presets: {},
    async run({ measurement }, _, { step }) {
      await step(0, 2);
      process.stderr.write('busy\\\\n');
      for (;;);
    },
  };
`;

describe('the program', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends within two seconds of %s, whatever it calculates', async (signal, status) => {
    const cwd = temporaryFolder();
    fill(cwd, {
      'in/a.png': await colourPng(12, 8),
      'busy.js': busySolver,
      'package.json': '{"type":"module"}',
    });
    let sent = 0;
    const words = ['restore', 'in', '--out', 'out', ...denoise, '--solver', 'busy.js'];
    const ended = await retrodict(words, {
      cwd,
      during(child, stderr) {
        if (sent === 0 && stderr.includes('busy')) {
          sent = performance.now();
          child.kill(signal);
        }
      },
    });
    expect(performance.now() - sent).toBeLessThan(2000);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(/Stopped at once; finished files are kept\.\n$/);
    expect((await retrodict([...words.slice(0, -1), 'wiener'], { cwd })).status).toBe(0);
  });

  it.runIf(existsSync('/dev/full'))('says in a sentence that its output has no room', async () => {
    for (const more of [[], ['--json']]) {
      const { status, stderr } = spawnSync(process.execPath, [main, 'list', 'solvers', ...more], {
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        encoding: 'utf8',
      });
      expect(stderr).toBe('the output cannot be written: the disk is full\n');
      expect(status).toBe(1);
    }
  });

  it.skipIf(process.platform === 'win32')('keeps results that a new one has no room to replace', async () => {
    const cwd = temporaryFolder();
    fill(cwd, { 'in/a.png': await colourPng(40, 40) });
    const words = ['restore', 'in', '--out', 'out', ...denoise, '--solver', 'wiener'];
    expect((await retrodict(words, { cwd })).status).toBe(0);
    const results = readdirSync(join(cwd, 'out')).filter((name) => name !== 'manifest.jsonl');
    const bytes = () => results.map((name) => readFileSync(join(cwd, 'out', name)));
    const before = bytes();
    // No file may grow beyond a kilobyte, which stands for a disk that is nearly full.
    const again = [main, ...words, '--force', '--format', 'tiff'];
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 1; exec "$@"', '', process.execPath, ...again],
      {
        cwd,
        encoding: 'utf8',
      },
    );
    expect(stderr).toMatch(
      /in\/a\.png: out\/a\.\S+ cannot be written: a file may not become so large here\n/,
    );
    expect(status).toBe(1);
    expect(bytes()).toEqual(before);
    expect(readdirSync(join(cwd, 'out')).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('waits for what another run works on, and takes it over when that is killed', async () => {
    const cwd = temporaryFolder();
    fill(cwd, {
      'in/a.png': await colourPng(12, 8),
      'busy.js': busySolver,
      'package.json': '{"type":"module"}',
    });
    const words = ['restore', 'in', '--out', 'out', ...denoise, '--solver'];
    let second: ReturnType<typeof retrodict> | undefined;
    const first = await retrodict([...words, 'busy.js'], {
      cwd,
      during(busy, stderr) {
        if (second || !stderr.includes('busy')) return;
        second = retrodict([...words, 'wiener'], {
          cwd,
          during: (_, said) => said.includes('waiting for 1 that other runs work on') && busy.kill('SIGKILL'),
        });
      },
    });
    expect(first.killed).toBe('SIGKILL');
    expect(await second).toMatchObject({ status: 0, stdout: expect.stringMatching(/^a\b/) });
    expect(readdirSync(join(cwd, 'out')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('ends quietly where nobody reads on', async () => {
    const child = spawn(process.execPath, [main, 'list', 'problems', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.stdout.destroy(); // a pipe whose other end is closed, as head leaves it
    const [status] = await once(child, 'close');
    expect([status, stderr]).toEqual([141, '']);
  });

  it('says so where an operator never answers', async () => {
    const cwd = temporaryFolder();
    const parts = '{ outputShape: shape, apply: () => new Promise(() => {}), adjoint: (y) => y }';
    const never = `export const create = (shape) => (${parts});`;
    fill(cwd, { 'a.png': await colourPng(12, 8), 'never.mjs': never });
    const how = ['--problem', 'module:file=never.mjs', '--noise', 'gaussian:sigma=0.1'];
    const { status, stderr } = await retrodict(
      ['restore', 'a.png', '--out', 'out', ...how, '--solver', 'wiener'],
      { cwd },
    );
    expect(stderr).toMatch(/^an operator or solver waits for something that never comes/m);
    expect(status).toBe(1);
  });

  it('shows names of files and does not obey them', async () => {
    const cwd = temporaryFolder();
    const name = 'a\x1b[2J\nb: already done';
    fill(cwd, { [join('in', `${name}.png`)]: await colourPng(12, 8), [join('in', `${name}.txt`)]: '' });
    const words = ['restore', 'in', '--out', 'out', ...denoise, '--solver', 'wiener'];
    const { stdout, stderr } = await retrodictHere(words, { cwd });
    expect(stdout + stderr).not.toContain('\x1b');
    expect(stderr).toMatch(/^skipped in\/a\\x1b\[2J\\nb: already done\.txt: it is not/m);
    expect(stdout).toMatch(/^a\\x1b\[2J\\nb: already done\.png: /);
    expect(readdirSync(join(cwd, 'out'))).toContain(`${name}.png`);
    const wrong = await retrodictHere(
      ['restore', 'in', '--out', 'out', '--solver', '\x1b[31mx', ...denoise],
      { cwd },
    );
    expect(wrong.stderr).toMatch(/^there is no solver "\\x1b\[31mx"/);
    expect((await retrodictHere(['list', '\x1b[31m'])).stderr).not.toContain('\x1b');
  });
});

it('nothing is written but what was asked for, with home and temporary folders of its own', async () => {
  const root = temporaryFolder();
  const places = { HOME: join(root, 'home'), TMPDIR: join(root, 'tmp') };
  for (const place of Object.values(places)) mkdirSync(place);
  const { ORT_DISABLE_TELEMETRY: _, RETRODICT_CACHE: __, XDG_CACHE_HOME: ___, ...inherited } = process.env;
  const words = 'sample --prior photo-small --size 16x16 --samples 1 --set steps=1 --out'.split(' ');
  const { status } = await retrodict([...words, join(root, 'out')], { env: { ...inherited, ...places } });
  expect(status).toBe(0);
  expect(readdirSync(join(root, 'out')).length).toBeGreaterThan(0);
  expect(Object.values(places).flatMap((place) => readdirSync(place))).toEqual([]);
});
