/** What the package exports is documented where it is declared: editors show it, and the reference is made of it. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const entries = ['src/index.ts'].map((path) => root + path);

interface Exported {
  readonly name: string;
  /** A function, a class or a constant, not only a type. */
  readonly isValue: boolean;
  readonly text: string;
  readonly tags: readonly string[];
}

function exported(): readonly Exported[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram(entries, { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  return entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
    return checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
      return {
        name: symbol.name,
        isValue: (target.flags & ts.SymbolFlags.Value) !== 0,
        text: ts.displayPartsToString(target.getDocumentationComment(checker)),
        tags: target.getJsDocTags(checker).map((tag) => tag.name),
      };
    });
  });
}

it('every exported name says what it is, and every function, class and constant has an example', {
  timeout: 120_000,
}, () => {
  const names = exported();
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([]);
  const values = names.filter(({ isValue }) => isValue);
  expect(values.filter(({ tags }) => !tags.includes('example')).map(({ name }) => name)).toEqual([]);
});
