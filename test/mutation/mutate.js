/**
 * `npm run mutate -- [--mutate src/core]... [--share 0.2] [--seed 1] [--own]`: breaks the source in many small ways
 * and counts what the tests of the same path notice. `--table` prints what is known so far. docs/mutation.md says more.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { printTable } from './table.js';

const TOPS = ['src/core', 'solvers', 'problems', 'models'];
/** Written by programs, compiled to WebAssembly before they run, or no code but types. */
const NOT_MUTATED =
  /src\/core\/kernels\/|kernels\.wasm\.ts$|\.d\.ts$|models\/onnx\/proto\/|models\/(training|weights)\//;

const { values } = parseArgs({
  options: {
    mutate: { type: 'string', multiple: true, default: TOPS },
    share: { type: 'string', default: '1' },
    seed: { type: 'string', default: '0' },
    own: { type: 'boolean', default: false },
    table: { type: 'boolean', default: false },
  },
});

const { share, seed, own } = values;

/** A file, or every file of a folder and its folders, folder by folder. @param {string} path @returns {string[][]} */
function groupsBelow(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [[path]];
  const entries = readdirSync(path, { withFileTypes: true });
  const names = entries.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name }) => join(path, name));
  const isFile = (/** @type {string} */ name) => statSync(name).isFile();
  return [names.filter(isFile), ...names.filter((name) => !isFile(name)).flatMap(groupsBelow)];
}

const testFiles = groupsBelow('test')
  .flat()
  .filter((path) => path.endsWith('.test.ts'));

/**
 * Of a folder the tests in the folder of the same path, of files those of their names. Unless only their own are asked
 * for: of solvers also those of test/exact that import one of them, of problems what holds for each line of the table.
 * @param {string[]} files @param {boolean} whole @returns {string[]}
 */
function testsOf(files, whole) {
  const paths = files.map((file) => join('test', file.replace(/^src\//, '').replace(/\.ts$/, '.test.ts')));
  const mirrored = testFiles.filter((test) =>
    whole ? dirname(test) === dirname(paths[0]) : paths.includes(test),
  );
  return own ? mirrored : [...new Set([...mirrored, ...generalTestsOf(files)])];
}

/** @param {string[]} files @returns {string[]} */
function generalTestsOf(files) {
  if (files[0].startsWith('problems/')) return ['test/problems/tables.test.ts'];
  if (!files[0].startsWith('solvers/')) return [];
  const imports = files.map((file) => `/${file.replace(/\.ts$/, '.js')}'`);
  return testFiles.filter((test) => {
    if (!test.startsWith('test/exact/')) return false;
    const text = readFileSync(test, 'utf8');
    return imports.some((path) => text.includes(path));
  });
}

const reports = `coverage/mutation/${share === '1' ? 'all' : `share-${share}-seed-${seed}`}${own ? '-own' : ''}`;
if (!values.table) {
  process.env.MUTATION_SHARE = share;
  process.env.MUTATION_SEED = seed;
  const { sampledPlaces } = await import('./sample.js');
  // A glob's end says the same as the folder.
  const places = values.mutate.map((place) => place.replace(/(\/\*\*)?(\/\*(\.ts)?)?$/, ''));
  const named = places.filter((path) => path.endsWith('.ts'));
  const folders = places.filter((path) => !path.endsWith('.ts')).flatMap(groupsBelow);
  for (const group of [named, ...folders]) {
    const files = group.filter((path) => path.endsWith('.ts') && !NOT_MUTATED.test(path));
    const mutate = share === '1' ? files : await sampledPlaces(files);
    if (mutate.length === 0) continue;
    const tests = testsOf(files, group !== named);
    const name = group === named ? files.map((file) => basename(file, '.ts')).join('+') : 'all';
    const report = join(reports, dirname(files[0]), `${name}.report.json`);
    mkdirSync(dirname(report), { recursive: true });
    process.env.MUTATION_TESTS = tests.join(',') || 'test/mutation/nothing.ts';
    process.stdout.write(`${files.join(' ')}\n  by ${tests.join(' ') || 'no test of the same path'}\n`);
    await new Stryker({
      mutate,
      incrementalFile: report,
      ...(share !== '1' && { checkers: ['sample'] }),
    }).runMutationTest();
  }
}
printTable(reports, TOPS);
