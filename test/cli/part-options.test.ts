import { Command } from 'commander';
import { expect, it } from 'vitest';
import { dataset, page, range } from '../../src/cli/part-options.js';

const parse = (...words: string[]) =>
  new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addOption(page())
    .addOption(dataset())
    .addOption(range())
    .parse(words, { from: 'user' })
    .opts();

it('a part is said by its page, its path and its range', () => {
  expect(parse('--page', '2-5', '--dataset', 'kspace', '--range', '3:1')).toEqual({
    page: [2, 5],
    dataset: 'kspace',
    range: { black: 3, white: 1 },
  });
  expect(parse()).toEqual({});
  expect(() => parse('--page', '0')).toThrow('Expected a page');
});
