/** The blocks of code that the pages show. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Block {
  /** What stands behind the three backticks: `sh`, `ts`, `js`, `json`. */
  readonly language: string;
  /** What stands behind the language: of files their name, of commands `long` or `setup` where they are not run. */
  readonly note: string;
  readonly text: string;
  /** Where it stands, for messages. */
  readonly place: string;
}

/** Every page, relative to the repository. */
export const pages: readonly string[] = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')];

function filesBelow(folder: string, ending: string): readonly string[] {
  const names = readdirSync(root + folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .sort();
}

export function readRepositoryFile(path: string): string {
  return readFileSync(root + path, 'utf8');
}

/** The blocks of a page, in order. */
export function blocksOf(page: string, text = readRepositoryFile(page)): readonly Block[] {
  const fences = text.matchAll(/^```(\w+)[ ]?(.*)\n([\s\S]*?)^```$/gm);
  return [...fences].map(([, language, note, code], i) => ({
    language,
    note,
    text: code,
    place: `${page}, block ${i + 1}`,
  }));
}

/** The examples in the comments of our sources. */
export function examples(): readonly Block[] {
  const files = ['src', 'problems', 'solvers', 'models'].flatMap((room) => filesBelow(room, '.ts'));
  return files.flatMap((file) => {
    const comments = [...readRepositoryFile(file).matchAll(/\/\*\*[\s\S]*?\*\//g)].map(
      ([comment]) => comment,
    );
    const text = comments.filter((comment) => comment.includes('@example')).join('\n');
    return blocksOf(file, text.replaceAll(/^ *\* ?/gm, '')).filter(({ language }) => language === 'ts');
  });
}
