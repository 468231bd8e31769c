import { Command } from 'commander';
import { expect, it } from 'vitest';
import { allowCode, allowOutside } from '../../src/cli/trust-options.js';

const parse = (...words: string[]) =>
  new Command().addOption(allowCode()).addOption(allowOutside()).parse(words, { from: 'user' }).opts();

it('nothing is trusted unless its own option says so', () => {
  expect(parse()).toEqual({});
  expect(parse('--allow-code')).toEqual({ allowCode: true });
  expect(parse('--allow-outside')).toEqual({ allowOutside: true });
});
