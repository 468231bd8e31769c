/**
 * Builds the static site (`npm run docs`) into `site/`: the guide, a page for each problem, noise, solver and prior,
 * and the reference of the library. Fails on a broken link and on an exported name without documentation.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import { type Description, describe, type Kind, kinds, list, type OptionDescription } from '../src/index.js';

const SITE = 'site';
/** Where the option pages lie that the site is made from; not committed. */
const PAGES = 'site/pages';

/** The entries of the package, as package.json names them. */
const ENTRIES = [
  'src/index.ts',
  'src/browser.ts',
  'src/solver-kit.ts',
  'src/problem-kit.ts',
  'src/queue/index.ts',
];

const GUIDE = [
  'docs/restore-a-folder.md',
  'docs/many-machines.md',
  'docs/solvers.md',
  'docs/problems.md',
  'docs/uncertainty.md',
  'docs/own-model.md',
  'docs/own-uncertain-network.md',
  'docs/own-operator.md',
  'docs/own-solver.md',
  'docs/priors.md',
  'docs/files.md',
  'docs/browser.md',
  'docs/benchmarks.md',
  'docs/presets.md',
  'docs/mutation.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
];

async function build(): Promise<void> {
  await rm(SITE, { recursive: true, force: true });
  const options: TypeDocOptions = {
    name: 'retrodict',
    entryPoints: ENTRIES,
    projectDocuments: [...GUIDE, ...(await writeOptionPages())],
    readme: 'README.md',
    out: `${SITE}/html`,
    tsconfig: 'tsconfig.json',
    // The type checker runs on its own; here it would take as long again.
    skipErrorChecking: true,
    excludeExternals: true,
    excludePrivate: true,
    disableSources: true,
    disableGit: true,
    validation: { invalidLink: true, invalidPath: true, notDocumented: true, notExported: false },
    requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable', 'Enum'],
    treatWarningsAsErrors: true,
    treatValidationWarningsAsErrors: true,
  };
  const application = await Application.bootstrap(options);
  const project = await application.convert();
  if (!project) throw new Error('the sources cannot be read');
  application.validate(project);
  await application.generateOutputs(project);
  const broken = await brokenLinks(`${SITE}/html`);
  for (const link of broken) console.error(`broken link: ${link}`);
  if (application.logger.hasErrors() || application.logger.hasWarnings() || broken.length > 0)
    process.exitCode = 1;
}

/** One page for each kind of thing and one for each thing, from what `list` and `describe` say. */
async function writeOptionPages(): Promise<string[]> {
  const index: string[] = [];
  for (const kind of kinds) {
    const entries = await list(kind);
    const children = entries.map(({ name }) => `${kind}/${name}.md`);
    const rows = entries.map(
      ({ name, summary }) => `| [\`${name}\`](${kind}/${name}.md) | ${cell(summary)} |`,
    );
    const head = `---\ntitle: ${TITLES[kind]}\nchildren:\n${children.map((path) => `  - ./${path}`).join('\n')}\n---\n`;
    const table = ['| name | |', '| --- | --- |', ...rows].join('\n');
    await write(`${PAGES}/${kind}.md`, `${head}\n# ${TITLES[kind]}\n\n${table}\n`);
    for (const { name } of entries) await write(`${PAGES}/${kind}/${name}.md`, pageOf(await describe(name)));
    index.push(`${PAGES}/${kind}.md`);
  }
  return index;
}

const TITLES: Readonly<Record<Kind, string>> = {
  problems: 'All problems',
  noises: 'All noises',
  solvers: 'All solvers',
  priors: 'All priors',
};

function pageOf({ name, summary, options, needs, presets, card }: Description): string {
  const parts = [`---\ntitle: ${name}\n---\n\n# ${name}\n\n${capital(summary)}.`];
  if (card) parts.push('## Card', `\`\`\`json\n${JSON.stringify(card, null, 2)}\n\`\`\``);
  else if (options.length === 0) parts.push('It has no options.');
  else parts.push('## Options', optionTable(options));
  if (needs) parts.push('## Needs', ...Object.entries(needs).map(([need, what]) => `- ${need}: ${what}`));
  const set = Object.entries(presets ?? {});
  if (set.length > 0) {
    const rows = set.map(([problem, values]) => {
      const pairs = Object.entries(values).map(([key, value]) => `${key}=${value}`);
      return `| \`${problem}\` | ${pairs.join(', ')} |`;
    });
    parts.push('## Presets', ['| problem | options |', '| --- | --- |', ...rows].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function optionTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ name, type, range, default: value, help }) => {
    const fallback = value === undefined ? '' : `\`${JSON.stringify(value)}\``;
    return `| \`${name}\` | ${cell(type)} | ${cell(range ?? '')} | ${fallback} | ${cell(help)} |`;
  });
  return ['| option | type | range | default | |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Text as a cell of a table holds it. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Links and pictures of the pages below a folder that lead to no file, or to no place in it. */
async function brokenLinks(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.html'));
  const texts = new Map<string, string>();
  for (const name of names) texts.set(resolve(folder, name), await readFile(join(folder, name), 'utf8'));
  const broken: string[] = [];
  for (const [path, text] of texts) {
    for (const [, link] of text.matchAll(/\s(?:href|src)="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [target, anchor] = decodeURI(link).split('#');
      const file = target === '' ? path : resolve(dirname(path), target);
      const page = texts.get(file);
      const there = page && anchor ? page.includes(`id="${anchor}"`) : existsSync(file);
      if (!there) broken.push(`${relative(folder, path)}: ${link}`);
    }
  }
  return broken;
}

await build();
