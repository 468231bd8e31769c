/**
 * What the cards of the prior `photo` are made for, and the photographs that they are fitted and judged on. It was
 * trained on none of them.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A way of measuring. */
interface Case {
  readonly problem: string;
  readonly noises: readonly [string, ...string[]];
}

/** Those of the README, across the noises that a card is to hold for. */
export const cases: Readonly<Record<string, Case>> = {
  denoise: {
    problem: 'denoise',
    noises: ['gaussian:sigma=10/255', 'gaussian:sigma=25/255', 'gaussian:sigma=50/255'],
  },
  blur: { problem: 'gaussian-blur:sigma=1.6', noises: ['gaussian:sigma=2/255'] },
  downsample: { problem: 'downsample:factor=2', noises: ['gaussian:sigma=1/255'] },
  missing: { problem: 'inpaint:fraction=0.7', noises: ['gaussian:sigma=1/255'] },
};

/** As `models/training/data.py` holds them out: the 24 whose names have the least hashes. */
function heldOut(folder: string): string[] {
  const hash = (name: string) => createHash('sha256').update(name).digest('hex');
  const lines = readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8').trimEnd().split('\n').slice(1);
  const names = lines.map((line) => line.split('\t')[0]);
  return names
    .sort((a, b) => (hash(a) < hash(b) ? -1 : 1))
    .slice(0, 24)
    .map((name) => join(folder, name));
}

/** How many photographs of gb82, in order of their names, cards are fitted on. */
const FITTED = 10;

/**
 * Two sets that share no photograph: 34 that the shipped cards are fitted on, and the last fifteen of gb82.
 * @param data a folder with `train/MANIFEST.tsv` and its photographs, and `test/gb82_cc0`.
 */
export function photographsOf(data: string): { readonly fitted: string[]; readonly untouched: string[] } {
  const folder = join(data, 'test', 'gb82_cc0');
  const names = readdirSync(folder).filter((name) => name.endsWith('.png'));
  const paths = names.sort().map((name) => join(folder, name));
  return {
    fitted: [...heldOut(join(data, 'train')), ...paths.slice(0, FITTED)],
    untouched: paths.slice(FITTED),
  };
}
