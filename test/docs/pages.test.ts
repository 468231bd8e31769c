/** What the pages say is true: their commands run, their programs pass the type checker, what they name is there. */
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { retrodictHere } from '../cli/in-process.js';
import { fill } from '../io/folders.js';
import { colourPng } from '../pictures.js';
import { type Block, blocksOf, examples, pages, readRepositoryFile } from './blocks.js';
import { typeErrors } from './type-errors.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const scripts = JSON.parse(readRepositoryFile('package.json')).scripts as Record<string, string>;

describe.each(pages)('%s', (page) => {
  const blocks = blocksOf(page);
  const shown = blocks.filter(({ language }) => language === 'sh');

  it.runIf(shown.some(({ note }) => note === ''))('its commands run', { timeout: 300_000 }, async () => {
    const cwd = await playground(blocks);
    for (const { text, place } of shown.filter(({ note }) => note === '')) {
      for (const words of linesOf(text)) {
        expect(words.slice(0, 2), place).toEqual(['npx', 'retrodict']);
        const { status, stderr } = await retrodictHere(words.slice(2), { cwd });
        expect({ place, words: words.join(' '), status, stderr: status ? stderr : '' }).toEqual({
          place,
          words: words.join(' '),
          status: 0,
          stderr: '',
        });
      }
    }
  });

  it('what is not run here is there: scripts, programs, options', async () => {
    for (const { text, place, note } of shown) {
      if (note === '') continue;
      expect(['long', 'setup'], place).toContain(note);
      for (const words of linesOf(text)) {
        for (const part of words.join(' ').split(' && ')) await requireKnown(part.split(' '), place);
      }
    }
  });

  it('its links lead somewhere', () => {
    const text = readRepositoryFile(page);
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect(existsSync(root + file), `${page}: ${target}`).toBe(true);
      if (anchor) expect(anchorsOf(readRepositoryFile(file)), `${page}: ${target}`).toContain(anchor);
    }
  });

  it('the files that it names are there', () => {
    const named = readRepositoryFile(page).matchAll(
      /`((?:src|samples|models|problems|solvers|test|docs)\/[\w./-]+)`/g,
    );
    for (const [, path] of named) {
      if (/[A-Z]{4}/.test(path) && !path.endsWith('.tsv')) continue; // NAME stands for any
      if (path.startsWith('samples/output')) continue;
      expect(existsSync(root + path), `${page}: ${path}`).toBe(true);
    }
  });
});

it('README.md has at most 100 lines', () => {
  expect(readRepositoryFile('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(100);
});

it('every program on the pages, and every example in our comments, passes the type checker', {
  timeout: 300_000,
}, () => {
  const programs = pages.flatMap((page) => blocksOf(page)).filter(({ language }) => language === 'ts');
  expect(programs.length).toBeGreaterThan(5);
  expect(typeErrors([...programs, ...examples()])).toEqual([]);
});

/** A folder as the pages suppose it: photographs, a network, and the files that they show. */
async function playground(blocks: readonly Block[]): Promise<string> {
  mkdirSync(`${root}samples/output`, { recursive: true });
  // Inside the repository, so that the files that it holds find the packages that they import.
  const folder = mkdtempSync(`${root}samples/output/docs-`);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  fill(folder, { 'photos/a.png': await colourPng(32, 24), 'photos/trip/b.png': await colourPng(32, 32, 1) });
  cpSync(`${root}models/weights/photo-small`, join(folder, 'my-model'), { recursive: true });
  copyFileSync(`${root}models/weights/photo-small/model.onnx`, join(folder, 'net.onnx'));
  for (const { language, note, text } of blocks) {
    if (note !== '' && language !== 'sh') fill(folder, { [note]: text });
  }
  return folder;
}

/** The words of each command. */
function linesOf(text: string): readonly string[][] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', '')));
}

async function requireKnown(words: readonly string[], place: string): Promise<void> {
  const [program, command, ...rest] = words;
  if (program === 'npm' && command === 'run') {
    expect(Object.keys(scripts), place).toContain(rest.find((word) => !word.startsWith('-')));
  } else if (program === 'node') {
    expect(
      existsSync(root + command.replace(/^dist\//, '').replace(/\.js$/, '.ts')),
      `${place}: ${command}`,
    ).toBe(true);
  } else if (program === 'npx' && command === 'retrodict') {
    const help = await retrodictHere([rest[0], '--help']);
    for (const option of rest.filter((word) => word.startsWith('--'))) {
      expect(help.stdout, `${place}: ${option}`).toContain(` ${option} `);
    }
  }
}

/** The anchors of a page's headings, as GitHub and TypeDoc make them. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return headings.map((heading) => heading.replaceAll(/[^\p{L}\p{N}\s-]/gu, '').replaceAll(' ', '-'));
}
