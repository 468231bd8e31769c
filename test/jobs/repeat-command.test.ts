import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { commandOf } from '../../src/jobs/repeat-command.js';
import type { RestoredLine } from '../../src/jobs/restore-item.js';
import { retrodictHere as retrodict } from '../cli/in-process.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng, greyPng } from '../pictures.js';

const linesOf = (folder: string): RestoredLine[] =>
  readFileSync(join(folder, 'manifest.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text));

/** As a shell splits it. */
const wordsOf = (command: string) =>
  [...command.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|\\(')/g, (_, inside, escaped) => inside ?? escaped),
  );

const small = ['--prior', 'photo-small', '--solver', 'diffpir', '--set', 'steps=2', '--samples', '2'];

it.each<[string, string, string[]]>([
  ['what was asked for', 'a b.png', ['--problem', 'denoise', '--noise', '25', ...small, '--keep-samples']],
  ['a noise that was found', 'grey.png', ['--problem', 'denoise', '--solver', 'tv', '--seed', '3']],
  ['nothing that was told', 'a b.png', ['--noise', '25', '--prior', 'photo-small', '--samples', '0']],
  [
    'a file that the problem names, and a card',
    'a b.png',
    ['--problem', "inpaint:mask=it's m.png", '--noise', '1', ...small, '--calibration', 'card.json'],
  ],
  [
    'rounds, tiles and formats',
    'a b.png',
    [
      ...['--problem', 'denoise', '--noise', '25', ...small, '--bootstrap', '1', '--epistemic', '1'],
      ...['--tile', '24', '--format', 'tiff', '--bits', '16', '--estimate', 'sample', '--level', '0.8'],
    ],
  ],
  ['half precision', 'a b.png', ['--problem', 'denoise', '--noise', '25', ...small, '--precision', 'fp16']],
  [
    'a cap',
    'a b.png',
    ['--problem', 'denoise', '--noise', '25', '--prior', 'photo-small', '--solver', 'pnp-admm', '--cap'],
  ],
])(
  'repeats %s',
  async (_, input, words) => {
    const root = temporaryFolder();
    const mask = await thirds(32);
    fill(root, { 'a b.png': await colourPng(32, 32), 'grey.png': await greyPng(64, 64), "it's m.png": mask });
    if (words.includes('card.json')) await makeCard(root, words);
    const run = async (asked: readonly string[]) => {
      const { stderr, status } = await retrodict(asked, { cwd: root });
      expect([stderr.replace(/^warning.*\n/gm, ''), status]).toEqual([
        expect.stringMatching('1 restored'),
        0,
      ]);
    };
    await run(['restore', input, '--out', 'first', ...words]);
    const [first] = linesOf(join(root, 'first'));
    const [, ...again] = wordsOf(commandOf(first));
    await run(again);
    const [second] = linesOf(join(root, 'OUT'));
    expect(second.made).toEqual(first.made);
    expect(second.digests).toEqual(first.digests);
  },
  120_000,
);

/** A third is black: holes. */
function thirds(side: number): Promise<Buffer> {
  const values = Uint8Array.from({ length: side * side }, (_, i) => (i % 3 ? 255 : 0));
  const raw = sharp(values, { raw: { width: side, height: side, channels: 1 } });
  return raw.toColourspace('b-w').png().toBuffer();
}

async function makeCard(root: string, words: readonly string[]): Promise<void> {
  for (let k = 0; k < 3; k++) fill(root, { [`photos/p${k}.png`]: await colourPng(32, 32, k + 5) });
  const asked = ['--level', '0.9', '--share', '0.5', '--confidence', '0.05'];
  const own = words.slice(0, words.indexOf('--calibration'));
  const { status, stderr } = await retrodict(
    ['calibrate', 'photos', '--out', 'card.json', ...own, ...asked],
    {
      cwd: root,
    },
  );
  expect(stderr).not.toMatch('Error');
  expect(status).toBe(0);
}
