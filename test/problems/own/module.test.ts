import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOperator } from '../../../problems/check.js';
import { bind } from '../../../problems/index.js';
import { isLinear } from '../../../problems/operator.js';
import { plainOperator } from '../../../problems/own/module.js';
import { zeros } from '../../../src/core/array.js';
import { UsageError } from '../../../src/core/errors.js';
import { readProblem, readSpecFiles, type SpecFiles } from '../../../src/load/problem-files.js';
import { expectSound } from '../sound.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-own-'));
});

afterAll(async () => {
  for (const files of opened) await files.close();
  await rm(folder, { recursive: true });
});

const opened: SpecFiles[] = [];

async function bound(spec: string, size: { imageShape: number[] } | { measurementShape: number[] }) {
  const parsed = await readProblem(spec, 'gaussian:sigma=0.1');
  const files = await readSpecFiles(parsed);
  opened.push(files);
  return bind(parsed, size, files);
}

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Sums neighbours in a row: [C, H, W] → [C, H, W − 1]. */
const neighbours = `
  export const imageShape = ([c, h, w]) => [c, h, w + 1];
  export function create([c, h, w]) {
    return {
      outputShape: [c, h, w - 1],
      apply(x) {
        const y = new Float32Array(c * h * (w - 1));
        for (let i = 0; i < y.length; i++) {
          const at = Math.floor(i / (w - 1)) * w + (i % (w - 1));
          y[i] = x[at] + x[at + 1];
        }
        return y;
      },
      adjoint(y) {
        const x = new Float32Array(c * h * w);
        for (let i = 0; i < y.length; i++) {
          const at = Math.floor(i / (w - 1)) * w + (i % (w - 1));
          x[at] += y[i];
          x[at + 1] += y[i];
        }
        return x;
      },
    };
  }`;

const squares = `
  export const create = (shape) => ({
    outputShape: shape,
    apply: async (x) => x.map((value) => value * value),
    vjp: (x, v) => v.map((value, i) => 2 * x[i] * value),
  });`;

describe('module', () => {
  it('is a linear operator with an adjoint, alone and among others, from either size', async () => {
    const path = await write('neighbours.js', neighbours);
    const { operator, imageShape } = await bound(`module:file=${path}`, { measurementShape: [2, 4, 5] });
    expect(imageShape).toEqual([2, 4, 6]);
    expect(isLinear(operator)).toBe(true);
    await expectSound(operator);
    const chain = await bound(`gaussian-blur:sigma=1,border=reflect+module:file=${path}`, {
      imageShape: [1, 5, 4],
    });
    await expectSound(chain.operator);
    expect(chain.measurementShape).toEqual([1, 5, 3]);
  });

  it('is a nonlinear operator with a vjp', async () => {
    const path = await write('squares.mjs', squares);
    const { operator } = await bound(`module:file=${path}`, { imageShape: [1, 5, 4] });
    expect(isLinear(operator)).toBe(false);
    await expectSound(operator);
  });

  it('is found out by checkOperator where its adjoint is none', async () => {
    const path = await write('wrong.mjs', neighbours.replace('x[at] += y[i];', 'x[at] -= y[i];'));
    const { operator } = await bound(`module:file=${path}`, { imageShape: [1, 5, 4] });
    const failed = (await checkOperator(operator)).filter(({ ok }) => !ok);
    expect(failed.map(({ check }) => check)).toEqual(['adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩']);
  });

  it('names the file by its hash', async () => {
    const parsed = await readProblem(`module:file=${await write('hashed.mjs', squares)}`);
    const { hashes } = await readSpecFiles(parsed);
    expect(hashes['0.file']).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['absent.js', undefined, 'cannot be read'],
    ['broken.mjs', 'export const create = (', 'does not load'],
    ['empty.mjs', 'export const apply = 1;', 'exports no operator'],
  ])('refuses %s', async (name, content, sentence) => {
    const path = content === undefined ? join(folder, name) : await write(name, content);
    await expect(bound(`module:file=${path}`, { imageShape: [1, 2, 2] })).rejects.toThrow(UsageError);
    await expect(bound(`module:file=${path}`, { imageShape: [1, 2, 2] })).rejects.toThrow(sentence);
  });

  it('refuses operators that are incomplete or give another size than they say', async () => {
    const apply = (x: Float32Array) => x.slice(1);
    const adjoint = apply;
    expect(() => plainOperator([3], { outputShape: [3], apply })).toThrow('but it has neither');
    expect(() => plainOperator([3], { outputShape: [3], apply, adjoint, vjp: apply })).toThrow('has both');
    expect(() => plainOperator([3], { outputShape: [0.5], apply, adjoint })).toThrow(
      'says outputShape [0.5]',
    );
    expect(() => plainOperator([3], { outputShape: [3], field: 'complex', apply, adjoint })).toThrow(
      'the last of them 2',
    );
    const short = plainOperator([3], { outputShape: [3], apply, adjoint });
    await expect((async () => short.apply(zeros([3])))()).rejects.toThrow('apply gives 2 values, expected 3');
  });
});
