/** Who hovers over a function that the package exports sees how it is called. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { compilerOptions, entries } from './type-errors.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

it('every exported function and class has an example', { timeout: 180_000 }, () => {
  const files = Object.values(entries).map((path) => root + path);
  const program = ts.createProgram(files, compilerOptions);
  const checker = program.getTypeChecker();
  const exported = files.flatMap((file) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(file) as ts.SourceFile);
    return module ? checker.getExportsOfModule(module).map((symbol) => original(symbol, checker)) : [];
  });
  const called = [...new Set(exported)].filter((symbol) => isOurs(symbol) && isCalled(symbol, checker));
  expect(called.length).toBeGreaterThan(100);
  const without = called.filter(
    (symbol) => !symbol.getJsDocTags(checker).some(({ name }) => name === 'example'),
  );
  expect(without.map(({ name }) => name)).toEqual([]);
});

function original(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isOurs({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) => !declaration.getSourceFile().fileName.includes('/node_modules/'));
}

function isCalled(symbol: ts.Symbol, checker: ts.TypeChecker): boolean {
  if (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Class)) return true;
  const isValue = symbol.flags & ts.SymbolFlags.Variable;
  return Boolean(isValue && checker.getTypeOfSymbol(symbol).getCallSignatures().length > 0);
}
