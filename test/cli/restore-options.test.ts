import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addOptions } from '../../src/cli/restore-options.js';

function parse(...words: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addOptions(command);
  return command.parse(['--out', 'o', '--problem', 'denoise', ...words], { from: 'user' }).opts();
}

it('says nothing of what is not said, but for the defaults that help shows', () => {
  expect(parse()).toEqual({
    ...{ out: 'o', problem: 'denoise', noise: 'auto', set: {}, seed: 0, level: 0.9 },
  });
});

it('reads numbers, sizes and settings', () => {
  const words = [
    '--samples',
    '0',
    '--max-memory',
    '2GB',
    '--set',
    'steps=4',
    '--set',
    'zeta=1/2',
    '--bits',
    '16',
    '--shard',
    '2/3',
  ];
  expect(parse(...words)).toMatchObject({
    ...{ samples: 0, maxMemory: 2e9, set: { steps: 4, zeta: 0.5 }, bits: 16 },
    shard: { index: 2, count: 3 },
  });
});

it.each([
  ['--format', 'gif'],
  ['--estimate', 'mode'],
  ['--samples', '-1'],
  ['--level', '2'],
  ['--shard', '3/2'],
  ['--shard', '0/2'],
  ['--shard', '1'],
])('refuses %s %s', (...words) => {
  expect(() => parse(...words)).toThrow(words[1]);
});
