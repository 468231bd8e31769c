/** A part of Stryker that lets a random share of the mutants through, chosen by a seed; the others are not counted. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const share = Number(process.env.MUTATION_SHARE ?? 1);
const seed = process.env.MUTATION_SEED ?? '0';

/** A number in [0, 1) that depends on the mutant and the seed, and on nothing else. @param {import('@stryker-mutator/api/core').Mutant} mutant */
function place({ fileName, location, mutatorName, replacement }) {
  const name = JSON.stringify([seed, basename(fileName), location, mutatorName, replacement]);
  return createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32;
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Checker, 'sample', {
    init: async () => {},
    async check(mutants) {
      return Object.fromEntries(
        mutants.map((mutant) => [
          mutant.id,
          place(mutant) < share
            ? { status: 'passed' }
            : { status: 'compileError', reason: 'not in the sample' },
        ]),
      );
    },
  }),
];
