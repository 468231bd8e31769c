import { expect, it } from 'vitest';
import type { Output } from '../../src/cli/output.js';
import { reporter } from '../../src/cli/restore-report.js';
import type { FolderEvent } from '../../src/jobs/restore-folder.js';

/** What is said of some events, each with how it is said. */
function said(...events: FolderEvent[]): string[] {
  const lines: string[] = [];
  const kinds = ['result', 'note', 'warning'] as const;
  const output = Object.fromEntries(
    kinds.map((kind) => [kind, (text: string) => lines.push(`${kind}: ${text}`)]),
  );
  const tell = reporter({
    ...output,
    failure: ({ path, error }: { path: string; error: Error }) =>
      lines.push(`failure: ${path}: ${error.message}`),
    progress: (fraction: number, label: string) => lines.push(`${Math.round(100 * fraction)} % ${label}`),
  } as unknown as Output);
  for (const event of events) tell(event);
  return lines;
}

const done = (change: object) =>
  ({
    type: 'done',
    name: 'a',
    line: {
      ...{ files: ['a.png'], made: { solver: 'dps' }, seconds: 1.26, misfit: [0.8, 1.2] },
      ...{ samplesPosterior: true, ...change },
    },
  }) as unknown as FolderEvent;

it('of an item: how long it took, how well it fits, and how near it is to the truth', () => {
  expect(said(done({}))).toEqual(['result: a.png: 1.3 s, misfit 1.00 (1 is ideal)']);
  expect(said(done({ misfit: [], psnr: 30.125, ssim: 0.9 }))).toEqual([
    'result: a.png: 1.3 s, PSNR 30.13 dB, SSIM 0.900',
  ]);
  expect(said(done({ misfit: [], uncertainty: { held: 0.876 } }))).toEqual([
    'result: a.png: 1.3 s, the interval holds 88 % of the truth',
  ]);
  const rounded = { solver: 'diffpir', problem: { operators: [{ name: 'jpeg' }] } };
  expect(said(done({ made: rounded }))).toEqual([
    'result: a.png: 1.3 s, misfit 1.00 (up to 1 is within its rounding)',
  ]);
  // Of a picture that is left alone neither the time nor the misfit says anything.
  expect(said(done({ made: { solver: 'keep' } }))).toEqual(['result: a.png: as it was']);
});

it('a spread that is no uncertainty is called so', () => {
  expect(said(done({ misfit: [], samplesPosterior: false, sdWhite: 0.1 }))).toEqual([
    'result: a.png: 1.3 s, the spread is no uncertainty',
  ]);
});

it('of a folder: each item once, and progress over all of them', () => {
  const progress = {
    type: 'progress',
    name: 'b',
    sample: 0,
    samples: 1,
    step: 1,
    steps: 2,
    fraction: 0.5,
  } as const;
  expect(
    said(
      { type: 'start', items: 2 },
      { type: 'skipped', path: 'in/a.txt', reason: 'is no picture' },
      { type: 'unchanged', name: 'a' },
      progress,
      { type: 'warning', name: 'b', code: 'misfit', message: 'it does not fit' },
      { type: 'failed', name: 'b', path: 'in/b.png', error: new Error('torn') },
    ),
  ).toEqual([
    'note: 2 to restore',
    'note: skipped in/a.txt: it is no picture',
    'note: a: already done',
    '75 % b',
    'warning: b: it does not fit',
    'failure: in/b.png: torn',
  ]);
});

it('of several at a time: how far all together are', () => {
  const progress = (name: string, fraction: number) =>
    ({ type: 'progress', name, fraction, sample: 0, samples: 1, step: 0, steps: 4 }) as const;
  const told = said(
    { type: 'start', items: 4 },
    progress('a', 0.5),
    progress('b', 0.25),
    { type: 'unchanged', name: 'b' },
    progress('a', 0.75),
  );
  expect(told.filter((line) => line.includes('%'))).toEqual(['13 % a', '19 % b', '44 % a']);
});
