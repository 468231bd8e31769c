/**
 * Command lines of any words over a folder of small files: exit 0, 1 or 2, a sentence where it is not 0, and nothing
 * of ours changed.
 */
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { encodeNpy } from '../../src/io/npy.js';
import { retrodictHere } from '../cli/in-process.js';
import { colourPng } from '../pictures.js';
import { expectSentence, parameters, tally } from './damage.js';

const { count, print } = tally('command lines');

let fresh: string;
beforeAll(async () => {
  fresh = await mkdtemp(join(tmpdir(), 'retrodict-fuzz-'));
  await writeFile(join(fresh, 'a.png'), await colourPng(9, 8));
  await writeFile(join(fresh, 'b.png'), await colourPng(8, 8, 1));
  const values = Float32Array.from({ length: 192 }, (_, i) => (i % 7) / 7);
  await writeFile(join(fresh, 'c.npy'), encodeNpy(floatArray(values, [3, 8, 8])));
  await writeFile(join(fresh, 'not-a-picture.png'), 'text');
  await writeFile(
    join(fresh, 'problem.json'),
    JSON.stringify({ operators: [{ name: 'denoise', options: {} }] }),
  );
  await writeFile(join(fresh, 'spec.json'), '{"name": 3}');
});
afterAll(async () => {
  print();
  await rm(fresh, { recursive: true, force: true });
});

const commands = ['restore', 'simulate', 'sample', 'list', 'describe', 'check', 'card', 'bench'];
const places = [
  'a.png',
  'b.png',
  'c.npy',
  'not-a-picture.png',
  'missing.png',
  '.',
  'problem.json',
  'spec.json',
  '',
  '..x',
];
const options: Readonly<Record<string, readonly string[]>> = {
  '--out': ['out', 'out', 'out', '.', '', 'a.png', 'out/deep'],
  '--problem': [
    'denoise',
    'inpaint:fraction=0.5',
    'downsample:factor=2',
    'problem.json',
    'blurr',
    'denoise+',
    'spec.json',
    '',
  ],
  '--noise': ['gaussian:sigma=0.1', 'poisson:gain=0.01', 'auto', 'gauss', 'gaussian:sigma=x'],
  '--solver': ['tv', 'wiener', 'wiener', 'no-such', 'a.png'],
  '--prior': ['no-such', 'a.png', 'card.json'],
  '--set': ['iterations=2', 'iterations=-1', 'steps', 'weight=1e400', 'x=1'],
  '--samples': ['1', '0', '-1', 'two', '1e3'],
  '--seed': ['0', '7', '-1', '1.5', 'x'],
  '--level': ['0.9', '0', '1', 'x'],
  '--size': ['8x8', '0x3', '8', '99999999x99999999'],
  '--format': ['png', 'npy', 'tiff', 'gif'],
  '--bits': ['8', '16', '9'],
  '--truth': ['.', 'a.png', 'missing'],
  '--estimate': ['mean', 'median', 'mode'],
};
const flags = ['--force', '--json', '--quiet', '--help', '--version', '--unknown', '-x', '--', '--debugg'];

const words = fc
  .tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...commands) },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    ),
    fc.array(fc.constantFrom(...places, ...commands, 'problems', 'denoise', 'tv'), { maxLength: 3 }),
    fc.array(
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc
            .constantFrom(...Object.keys(options))
            .chain((name) => fc.constantFrom(...options[name]).map((value) => [name, value])),
        },
        { weight: 1, arbitrary: fc.constantFrom(...flags).map((flag) => [flag]) },
      ),
      { maxLength: 6 },
    ),
    // Without these hardly any restoration begins.
    fc.boolean(),
  )
  .map(([command, names, settings, able]) => [
    command,
    ...names,
    ...(able && ['restore', 'simulate'].includes(command)
      ? ['--problem', 'denoise', '--noise', 'gaussian:sigma=0.1', '--out', 'out']
      : []),
    ...(able && command === 'restore' ? ['--solver', 'wiener'] : []),
    ...settings.flat(),
  ]);

/** Every file that there was, by name. */
async function contents(folder: string): Promise<Record<string, string>> {
  const names = await readdir(fresh);
  const entries = names.map(
    async (name) => [name, (await readFile(join(folder, name))).toString('base64')] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

describe('a command line', () => {
  it('does what it says or says why not, and leaves what it was given', async () => {
    const before = await contents(fresh);
    const folder = await mkdtemp(join(tmpdir(), 'retrodict-fuzz-'));
    await cp(fresh, folder, { recursive: true });
    try {
      await fc.assert(
        fc.asyncProperty(words, async (line) => {
          const { status, stdout, stderr } = await retrodictHere(line, { cwd: folder });
          const said = `${line.join(' ')}\n${stderr}`;
          expect([0, 1, 2], said).toContain(status);
          expect(stderr, said).not.toMatch(/\n {4}at |TypeError|RangeError|node:internal/);
          if (status !== 0) {
            expect(stderr.trim() || stdout.trim(), said).not.toBe('');
            for (const message of stderr.trim().split('\n'))
              expectSentence(new Error(message || 'an empty line'));
          }
          if (line.includes('--json') && status !== 0 && stdout.trim().startsWith('{'))
            for (const one of stdout.trim().split('\n')) expect(() => JSON.parse(one), said).not.toThrow();
          expect(await contents(folder), said).toEqual(before);
          await rm(join(folder, 'out'), { recursive: true, force: true });
          count(['done', 'failed', 'refused'][status ?? 2]);
        }),
        parameters(25),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
