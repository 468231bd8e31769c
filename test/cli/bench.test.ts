import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fill, temporaryFolder } from '../io/folders.js';
import { retrodictHere } from './in-process.js';

const tiny = {
  kind: 'exact',
  tasks: [
    { problems: ['R0'], samples: 4, directions: 2, solvers: [{ solver: 'mmps', options: { steps: 2 } }] },
  ],
};

it('prints the table and writes it beside its figures', async () => {
  const cwd = temporaryFolder();
  fill(cwd, { 'tiny.json': JSON.stringify(tiny) });
  const { status, stdout } = await retrodictHere(['bench', 'tiny.json', '--out', 'results'], { cwd });
  expect(status).toBe(0);
  expect(stdout).toContain('| R0');
  expect(readdirSync(join(cwd, 'results')).sort()).toEqual(['tiny.html', 'tiny.json', 'tiny.md']);
});

it('with --json its last line is the result', async () => {
  const cwd = temporaryFolder();
  fill(cwd, { 'tiny.json': JSON.stringify(tiny) });
  const { stdout } = await retrodictHere(['bench', 'tiny.json', '--out', 'results', '--json'], { cwd });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.at(-1)).toMatchObject({ type: 'bench', version: 1, table: expect.stringContaining('R0') });
});

it('what is no benchmark ends with 2', async () => {
  const cwd = temporaryFolder();
  fill(cwd, { 'tiny.json': '{}' });
  const { status, stderr } = await retrodictHere(['bench', 'tiny.json', '--out', 'results'], { cwd });
  expect([status, stderr]).toEqual([2, expect.stringContaining('tiny.json is not a benchmark')]);
});
