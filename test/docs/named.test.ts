/** Nothing that a user meets is without a word on the pages: options, events, fields of the manifest, warnings. */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { retrodictHere } from '../cli/in-process.js';
import { pages, readRepositoryFile } from './blocks.js';
import { compilerOptions } from './type-errors.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const everything = pages.map((page) => readRepositoryFile(page)).join('\n');
const files = readRepositoryFile('docs/files.md');

/** The words that `--help` begins its lines with: options, or of the program its commands. */
async function helped(words: readonly string[], pattern: RegExp): Promise<string[]> {
  const { stdout } = await retrodictHere([...words, '--help']);
  return [...stdout.matchAll(pattern)].map(([, word]) => word);
}

describe('options', async () => {
  const commands = (await helped([], /^ {2}([a-z]+) /gm)).filter((name) => name !== 'help');

  it('are of the commands, each of which is named', () => {
    expect(commands.length).toBe(14);
    for (const command of commands) expect(everything).toMatch(new RegExp(`retrodict ${command}\\b`));
  });

  it.each(commands)('of %s are each on a page', async (command) => {
    const options = await helped([command], /^ {2}(?:-\w, )?(--[\w-]+)/gm);
    expect(options).toContain('--help');
    const missing = options.filter((option) => !new RegExp(`${option}(?![\\w-])`).test(everything));
    expect(missing.filter((option) => option !== '--help')).toEqual([]);
  });
});

/** What a pattern finds in the sources below a folder, once each. */
function inSources(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(root + folder).filter((name) => name.endsWith('.ts'));
  const found = names.flatMap((name) => [...readRepositoryFile(`${folder}/${name}`).matchAll(pattern)]);
  return [...new Set(found.map(([, word]) => word))];
}

describe('docs/files.md names', () => {
  it('every event of --json', () => {
    const types = [...inSources('src/jobs', /type: '(\w+)'/g), ...inSources('src/cli', /type: '(\w+)'/g)];
    expect(types.length).toBeGreaterThan(15);
    expect([...new Set(types)].filter((type) => !files.includes(`\`${type}\``))).toEqual([]);
  });

  it('every warning', () => {
    const codes = inSources('src/jobs', /code: '([\w-]+)'/g);
    expect(codes.length).toBeGreaterThan(7);
    expect(codes.filter((code) => !files.includes(`\`${code}\``))).toEqual([]);
  });

  it('every field of the manifest', { timeout: 60_000 }, () => {
    const fields = [
      ...fieldsOf('src/jobs/restore-item.ts', 'RestoredLine'),
      ...fieldsOf('src/io/manifest.ts', 'FailedLine'),
    ];
    expect(fields.length).toBeGreaterThan(20);
    expect(fields.filter((field) => !files.includes(`\`${field}\``))).toEqual([]);
  });
});

function fieldsOf(path: string, type: string): string[] {
  const program = ts.createProgram([root + path], compilerOptions);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(root + path) as ts.SourceFile);
  const symbol = checker.getExportsOfModule(module as ts.Symbol).find(({ name }) => name === type);
  return checker
    .getDeclaredTypeOfSymbol(symbol as ts.Symbol)
    .getProperties()
    .map(({ name }) => name);
}
