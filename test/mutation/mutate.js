/**
 * `npm run mutate -- [--mutate src/core]... [--share 0.2] [--seed 1]`: breaks the source in many small ways, file by file, and counts
 * what the tests of each file notice. `--table` prints what is known so far. docs/mutation.md says more.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { printTable } from './table.js';

const FOLDERS = ['src/core', 'solvers', 'problems', 'models'];
/** Written by programs, compiled to WebAssembly before they run, or no code but types. */
const NOT_MUTATED =
  /src\/core\/kernels\/|kernels\.wasm\.ts$|\.d\.ts$|models\/onnx\/proto\/|models\/(training|weights)\//;
const { values } = parseArgs({
  options: {
    mutate: { type: 'string', multiple: true, default: FOLDERS },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '0' },
    table: { type: 'boolean', default: false },
  },
});

/** Every file below a folder; a glob's `/**` at the end says the same. @param {string} place @returns {string[]} */
function filesBelow(place) {
  const path = place.replace(/(\/\*\*)?(\/\*(\.ts)?)?$/, '');
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

const { share, seed } = values;
const reports = `coverage/mutation/${share === '1' ? 'all' : `share-${share}-seed-${seed}`}`;
const testFiles = filesBelow('test').filter((path) => path.endsWith('.test.ts'));

/** The test at the same path, or else those of the same folder that import the file; of solvers also those in test/exact. @param {string} file */
function testsOf(file) {
  const own = join('test', file.replace(/^src\//, '').replace(/\.ts$/, '.test.ts'));
  const top = `test/${file.replace(/^src\//, '').split('/')[0]}/`;
  const imported = `/${file.replace(/\.ts$/, '.js')}'`;
  const importing = (/** @type {string} */ folder) =>
    testFiles.filter((path) => path.startsWith(folder) && readFileSync(path, 'utf8').includes(imported));
  const here = existsSync(own) ? [own] : importing(top);
  return file.startsWith('solvers/') ? [...new Set([...here, ...importing('test/exact/')])] : here;
}

if (!values.table) {
  process.env.MUTATION_SHARE = share;
  process.env.MUTATION_SEED = seed;
  const files = values.mutate.flatMap(filesBelow);
  for (const file of files.filter((path) => path.endsWith('.ts') && !NOT_MUTATED.test(path))) {
    const tests = testsOf(file);
    const report = join(reports, file.replace(/\.ts$/, '.json'));
    mkdirSync(dirname(report), { recursive: true });
    process.env.MUTATION_TESTS = tests.join(',') || 'test/mutation/nothing.ts';
    process.stdout.write(`${file}: ${tests.join(', ') || 'no test of its own'}\n`);
    await new Stryker({
      mutate: [file],
      incrementalFile: report,
      ...(share !== '1' && { checkers: ['sample'] }),
    }).runMutationTest();
  }
}
printTable(reports, FOLDERS);
