import { Command } from 'commander';
import { expect, it } from 'vitest';
import { memory, precision, threads, tile, tileOrAuto, timeout } from '../../src/cli/prior-options.js';

const parse = (...words: string[]) => {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of [threads(), tile(), memory(), timeout(), precision()]) command.addOption(option);
  return command.parse(words, { from: 'user' }).opts();
};

it('how a prior is run is read into what loadPrior takes', () => {
  expect(parse('--threads', '2', '--tile', '512', '--memory', 'low', '--timeout', '1.5')).toEqual({
    ...{ threads: 2, tile: 512, memory: 'low', timeout: 1.5 },
  });
  expect(parse('--precision', 'fp16')).toEqual({ precision: 'fp16' });
  expect(parse()).toEqual({});
});

it.each([
  ['--threads', '0'],
  ['--tile', 'big'],
  ['--memory', 'least'],
  ['--timeout', '-1'],
  ['--precision', 'int8'],
])('%s %s is refused', (...words) => {
  expect(() => parse(...words)).toThrow(words[1]);
});

it('lets restore choose its tiles', () => {
  const parsed = (...words: string[]) =>
    new Command().exitOverride().addOption(tileOrAuto()).parse(words, { from: 'user' }).opts();
  expect(parsed('--tile', 'auto')).toEqual({ tile: 'auto' });
  expect(parsed('--tile', '512')).toEqual({ tile: 512 });
});
