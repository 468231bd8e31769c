/** The type checker over programs that stand on pages, with the package's names leading to our sources. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { Block } from './blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where in our sources the entries of the package lie. */
export const entries: Readonly<Record<string, string>> = {
  retrodict: 'src/index.ts',
  'retrodict/browser': 'src/browser.ts',
  'retrodict/solver': 'src/solver-kit.ts',
  'retrodict/problem': 'src/problem-kit.ts',
  'retrodict/queue': 'src/queue/index.ts',
};

/** The project's own, and the entries by their names. */
export const compilerOptions: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile).config,
    ts.sys,
    root,
  ).options,
  noEmit: true,
  paths: Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, [root + path]])),
};

/** `PLACE: MESSAGE` for each fault. */
export function typeErrors(programs: readonly Block[]): readonly string[] {
  const names = programs.map((_, i) => `${root}docs/program-${i}.ts`);
  // Without an import or export a file is no module, and its names would meet those of the next.
  const texts = new Map(names.map((name, i) => [name, `${programs[i].text}\nexport {};\n`]));
  const host = ts.createCompilerHost(compilerOptions);
  const { readFile, fileExists } = host;
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || fileExists(path);
  const program = ts.createProgram(names, compilerOptions, host);
  return names.flatMap((name, i) => {
    const file = program.getSourceFile(name);
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return faults.map(
      ({ messageText }) => `${programs[i].place}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
}
