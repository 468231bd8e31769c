import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { writeProbedCard } from '../../src/load/probed-card.js';
import { temporaryFolder } from '../io/folders.js';

const network = fileURLToPath(new URL('../../models/weights/photo-small/model.onnx', import.meta.url));

describe('writeProbedCard', () => {
  it('writes a card beside a bare file, with which it loads', { timeout: 120_000 }, async () => {
    const folder = temporaryFolder();
    const place = join(folder, 'net.onnx');
    copyFileSync(network, place);
    const probe = await writeProbedCard(place);
    expect(probe?.path).toBe(join(folder, 'net.card.json'));
    expect(JSON.parse(readFileSync(join(folder, 'net.card.json'), 'utf8'))).toMatchObject({
      kind: 'diffusion',
      parametrisation: probe?.card.parametrisation,
    });
    const prior = await loadPrior(place);
    expect(prior.kind).toBe('diffusion');
    await prior.close();
    // What is there says what it is, and is left alone.
    expect(await writeProbedCard(place)).toBeUndefined();
  });

  it('leaves a folder alone that has its card', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'card.json'), '{}');
    expect(await writeProbedCard(folder)).toBeUndefined();
    expect(readFileSync(join(folder, 'card.json'), 'utf8')).toBe('{}');
  });

  it('writes nothing where there is no network', async () => {
    const folder = temporaryFolder();
    await expect(writeProbedCard(folder)).rejects.toThrow();
    expect(existsSync(join(folder, 'card.json'))).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
