/** Priors whose files lie in no folder: what opens them reads through `PriorFiles` alone. */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Card } from '../../models/card.js';
import { parseCard } from '../../models/card-file.js';
import { differentiate } from '../../models/onnx/differentiate.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import { openPrior } from '../../models/open.js';
import type { PriorFiles } from '../../models/prior-files.js';

const engines: ChildRuntime[] = [];

afterAll(async () => {
  for (const runtime of engines) await runtime.close();
});

function inMemory(name: string): { card: Card; files: PriorFiles } {
  const read = async (path: string) => readFileSync(`models/weights/${name}/${path}`);
  const files: PriorFiles = {
    name: `memory:${name}`,
    called: (path) => `memory:${name}/${path}`,
    read,
    graph: async ({ model }) => ({ bytes: await read(model.path), name: model.path }),
  };
  return { card: parseCard(readFileSync(`models/weights/${name}/card.json`, 'utf8'), name), files };
}

async function opened(name: string, tile?: number) {
  const runtime = await ChildRuntime.start();
  engines.push(runtime);
  const { card, files } = inMemory(name);
  return openPrior(card, files, { runtime, session: { threads: 1 }, differentiate }, tile);
}

describe('openPrior', () => {
  it.each(['photo-small', 'photo-latent', 'photo-compressive', 'photo-masked'])('opens %s', async (name) => {
    const prior = await opened(name);
    expect(prior.name).toBe(name);
  });

  it('tiles a diffusion prior, and says of which it cannot', async () => {
    expect((await opened('photo-small', 64)).name).toBe('photo-small');
    await expect(opened('photo-latent', 64)).rejects.toThrow('is a latent prior, which cannot be tiled');
    await expect(opened('photo-masked', 64)).rejects.toThrow('is a masked prior, which cannot be tiled');
  });
});
