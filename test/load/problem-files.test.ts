/** Problems in files, which may come from anybody. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problem } from '../../problems/bind.js';
import { UsageError } from '../../src/core/errors.js';
import { readProblem, readSpecFiles, specInFolder } from '../../src/load/problem-files.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { colourPng } from '../pictures.js';

const noise = { name: 'gaussian', options: { sigma: 0.1 } };
const json = (...operators: object[]) => JSON.stringify({ operators, noise });
const inpaint = (mask: string) => json({ name: 'inpaint', options: { mask } });

async function refusal(path: string, trust = {}): Promise<string> {
  const error = await readProblem(path, undefined, trust).catch((error: unknown) => error);
  if (!(error instanceof UsageError)) return 'it was read';
  return error.message;
}

test('code that a file names runs only where that is allowed, and named on the command line it is the user’s own', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'problem.json');
  fill(folder, {
    'evil.js':
      'globalThis.ran = true; export const create = (s) => ({ outputShape: s, apply: (x) => x, adjoint: (y) => y });',
    'problem.json': json({ name: 'module', options: { file: 'evil.js' } }),
    'function.json': json({ name: 'tensorflow', options: { file: 'evil.js' } }),
  });
  expect(await refusal(path)).toBe(
    `${path} holds no problem: module:file names the code evil.js, which may do whatever you may; ` +
      '--allow-code (allowCode: true) runs it',
  );
  expect(await refusal(join(folder, 'function.json'))).toContain('tensorflow:file names the code evil.js');
  expect(await refusal(path, { allowOutside: true })).toContain('names the code');
  expect('ran' in globalThis).toBe(false);
  for (const spec of [
    await readProblem(path, undefined, { allowCode: true }),
    await readProblem(`module:file=${join(folder, 'evil.js')}`),
  ]) {
    await (await readSpecFiles(spec)).close();
  }
  expect('ran' in globalThis).toBe(true);
});

test('files outside the problem’s folder are opened only where that is allowed', async () => {
  const root = temporaryFolder();
  fill(root, { 'mask.png': await colourPng(4, 4, 1), 'a/up.json': inpaint('../mask.png') });
  fill(root, { 'a/absolute.json': inpaint(join(root, 'mask.png')), 'a/link.json': inpaint('link.png') });
  symlinkSync('../mask.png', join(root, 'a/link.png'));
  for (const name of ['up', 'absolute', 'link']) {
    const path = join(root, 'a', `${name}.json`);
    expect(await refusal(path)).toContain('--allow-outside (allowOutside: true) follows it');
    expect(await refusal(path, { allowOutside: true })).toBe('it was read');
  }
});

test.runIf(process.platform !== 'win32')('devices are not opened, allowed or not', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'problem.json': inpaint('/dev/zero') });
  expect(await refusal(join(folder, 'problem.json'), { allowOutside: true })).toContain('expected a file');
  symlinkSync('/dev/zero', join(folder, 'endless.json'));
  expect(await refusal(join(folder, 'endless.json'))).toContain('is a device');
});

test('a byte order mark is read over', async () => {
  const folder = temporaryFolder();
  fill(folder, { 'problem.json': `\uFEFF${json({ name: 'denoise' })}` });
  expect(await readProblem(join(folder, 'problem.json'))).toEqual(problem('denoise', 'gaussian:sigma=0.1'));
});

test('too many operators, and too long a file, get a sentence', async () => {
  const folder = temporaryFolder();
  const many = Array.from({ length: 14_000 }, () => ({ name: 'denoise' }));
  fill(folder, { 'many.json': json(...many), 'long.json': `"${'x'.repeat(2 ** 20)}"` });
  expect(await refusal(join(folder, 'many.json'))).toMatch(/operators.*64/);
  expect(await refusal(join(folder, 'long.json'))).toMatch(/holds 1048578 bytes; expected at most 1048576/);
  expect(await refusal(many.map(({ name }) => name).join('+'))).toMatch(
    'the problem has 14000 operators, expected at most 64',
  );
});

test('masks and kernels of a problem that is written go with it', async () => {
  const root = temporaryFolder();
  fill(root, { 'mask.png': await colourPng(4, 4, 1), 'out/own.png': await colourPng(4, 4, 1) });
  const spec = {
    operators: [
      { name: 'inpaint', options: { mask: join(root, 'mask.png') } },
      { name: 'inpaint', options: { mask: join(root, 'out/own.png') } },
    ],
    noise,
  };
  const { spec: written, copies } = await specInFolder(spec, join(root, 'out'));
  expect(written.operators.map(({ options }) => options.mask)).toEqual([
    'problem.0-mask.part.png',
    'own.png',
  ]);
  expect(copies.map(({ ending }) => ending)).toEqual(['.0-mask.part.png']);
  fill(root, {
    'out/problem.json': JSON.stringify(written),
    'out/problem.0-mask.part.png': copies[0].bytes as Uint8Array,
  });
  expect(await refusal(join(root, 'out/problem.json'))).toBe('it was read');
});

test('a problem of 14,000 operators, or nested beyond use, is refused in a sentence', async () => {
  const folder = temporaryFolder();
  const many = Array.from({ length: 14_000 }, () => ({ name: 'denoise', options: {} }));
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  fill(folder, { 'many.json': json(...many), 'deep.json': `{"operators": ${deep}}`, 'values.json': deep });
  expect(await refusal(join(folder, 'many.json'))).toMatch(/operators: expected at most 64 values/);
  for (const name of ['deep.json', 'values.json']) {
    expect(await refusal(join(folder, name))).toMatch(
      /holds no problem: it is nested more than 100 levels deep$/,
    );
  }
  expect(await refusal(join(folder, 'many.json'))).toSatisfy((text: string) => text.length < 400);
  const words = Array.from({ length: 14_000 }, () => 'denoise').join('+');
  await expect(readProblem(words)).rejects.toThrow('the problem has 14000 operators, expected at most 64');
});
