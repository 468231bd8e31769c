/**
 * A random share of the mutants, chosen by a seed. Only the sampled places of the source are changed, for a changed
 * loop is slow. What else Stryker finds within such a place is left out by its checker, and not counted.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { CheckStatus } from '@stryker-mutator/api/check';
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { Instrumenter } from '@stryker-mutator/instrumenter';

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

const quiet = { debug() {}, info() {}, warn() {}, error() {}, isDebugEnabled: () => false };
const { mutator } = JSON.parse(readFileSync('stryker.config.json', 'utf8'));

/**
 * The sampled places as Stryker's `mutate` names them, `file:line:column-line:column`.
 * @param {string[]} files @returns {Promise<string[]>}
 */
export async function sampledPlaces(files) {
  const sources = files.map((name) => ({ name, mutate: true, content: readFileSync(name, 'utf8') }));
  const options = { ...mutator, ignorers: [], noHeader: true };
  // @ts-expect-error: all that is asked of a logger.
  const { mutants } = await new Instrumenter(quiet).instrument(sources, options);
  const sampled = mutants.filter((mutant) => mutant.status !== 'Ignored' && place(mutant) < share);
  return sampled.map(({ fileName, location: { start, end } }) => {
    return `${fileName}:${start.line + 1}:${start.column}-${end.line + 1}:${end.column}`;
  });
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
