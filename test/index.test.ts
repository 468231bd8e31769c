/** What the package exports is documented where it is declared: editors show it, and the reference is made of it. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const main = `${root}src/index.ts`;
const entries = [main, `${root}src/solver-kit.ts`, `${root}src/problem-kit.ts`, `${root}src/queue/index.ts`];

interface Exported {
  readonly name: string;
  readonly entry: string;
  /** A function, a class or a constant, not only a type. */
  readonly isValue: boolean;
  readonly text: string;
  readonly tags: readonly string[];
}

/** What other packages declare is documented there. */
function isOurs(symbol: ts.Symbol): boolean {
  return !symbol.declarations?.some((node) => node.getSourceFile().fileName.includes('/node_modules/'));
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
    const targets = checker.getExportsOfModule(module).map((symbol) => {
      const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
      return { name: symbol.name, target: isAlias ? checker.getAliasedSymbol(symbol) : symbol };
    });
    return targets
      .filter(({ target }) => isOurs(target))
      .map(({ name, target }) => ({
        name,
        entry,
        isValue: (target.flags & ts.SymbolFlags.Value) !== 0,
        text: ts.displayPartsToString(target.getDocumentationComment(checker)),
        tags: target.getJsDocTags(checker).map((tag) => tag.name),
      }));
  });
}

it('every exported name says what it is, and each function, class and constant of the main entry has an example', {
  timeout: 120_000,
}, () => {
  const names = exported();
  expect(names.length).toBeGreaterThan(100);
  expect(names.filter(({ text }) => text === '').map(({ name }) => name)).toEqual([]);
  const values = names.filter(({ isValue, entry }) => isValue && entry === main);
  expect(values.filter(({ tags }) => !tags.includes('example')).map(({ name }) => name)).toEqual([]);
});
