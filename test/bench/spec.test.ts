import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { benchSpec } from '../../src/bench/spec.js';

const folder = new URL('../../samples/benchmarks/', import.meta.url);
const shipped = readdirSync(folder).filter((name) => name.endsWith('.json'));

it.each(shipped)('samples/benchmarks/%s is a benchmark', (name) => {
  expect(() => benchSpec.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')))).not.toThrow();
});

it('what is not said has a default, and what is misspelt is refused', () => {
  expect(benchSpec.parse({ kind: 'speed' })).toMatchObject({ prior: 'photo', size: [256, 256], rounds: 5 });
  expect(() => benchSpec.parse({ kind: 'speed', round: 5 })).toThrow('round');
  expect(() => benchSpec.parse({ kind: 'photographs' })).toThrow('tasks');
  expect(() => benchSpec.parse({ kind: 'exact', tasks: [{ problems: [] }] })).toThrow();
});
