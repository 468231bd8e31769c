/** A part of Stryker that lets a random share of the mutants through, chosen by a seed; the others are not counted. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { CheckStatus } from '@stryker-mutator/api/check';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const share = Number(process.env.MUTATION_SHARE ?? 1);
const seed = process.env.MUTATION_SEED ?? '0';

/**
 * A number in [0, 1) that depends on the mutant and the seed, and on nothing else. @param
 * {import('@stryker-mutator/api/core').Mutant} mutant
 */
function place({ fileName, location, mutatorName, replacement }) {
  const name = JSON.stringify([seed, basename(fileName), location, mutatorName, replacement]);
  return createHash('sha256').update(name).digest().readUInt32BE() / 2 ** 32;
}

/** @type {import('@stryker-mutator/api/check').CheckResult} */
const LEFT_OUT = { status: CheckStatus.CompileError, reason: 'not in the sample' };
/** @type {import('@stryker-mutator/api/check').CheckResult} */
const LET_THROUGH = { status: CheckStatus.Passed };

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Checker, 'sample', {
    init: async () => {},
    check: async (mutants) =>
      Object.fromEntries(
        mutants.map((mutant) => [mutant.id, place(mutant) < share ? LET_THROUGH : LEFT_OUT]),
      ),
  }),
];
