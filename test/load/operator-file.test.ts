import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadOperator } from '../../src/load/operator-file.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { expectSound } from '../problems/sound.js';

const sample = (name: string) => fileURLToPath(new URL(`../../samples/operators/${name}`, import.meta.url));

describe('an operator from a file', () => {
  it('is the module, known by the hash of its file', async () => {
    const { operator, hash } = await loadOperator(sample('streak.js'), 'module');
    expect(hash).toBe(
      createHash('sha256')
        .update(readFileSync(sample('streak.js')))
        .digest('hex'),
    );
    await expectSound(operator.create([1, 6, 16], {}, {}));
  });

  it('that is not there, does not load or exports no operator is refused by its path', async () => {
    const folder = temporaryFolder();
    fill(folder, {
      'torn.mjs': 'export const = 1;',
      'empty.mjs': 'export const one = 1;',
      'bad.onnx': 'no graph',
    });
    const load = (name: string, role: 'module' | 'onnx' | 'tensorflow') =>
      loadOperator(join(folder, name), role);
    await expect(load('absent.mjs', 'module')).rejects.toThrow(
      `the operator ${join(folder, 'absent.mjs')} cannot be read: there is no such file`,
    );
    await expect(load('torn.mjs', 'module')).rejects.toThrow('torn.mjs does not load');
    await expect(load('empty.mjs', 'module')).rejects.toThrow(
      'empty.mjs exports no operator: expected `export function create(imageShape)`',
    );
    await expect(load('empty.mjs', 'tensorflow')).rejects.toThrow(
      'expected `export function create(imageShape, tf)`',
    );
    await expect(load('bad.onnx', 'onnx')).rejects.toThrow('bad.onnx does not open');
  });
});
