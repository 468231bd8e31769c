/** Opening a prior from its card and its files, wherever they are. */
import type { FloatArray } from '../src/core/array.js';
import { decodeNpy } from '../src/io/npy.js';
import type { Card, DiffusionCard } from './card.js';
import { openCompressivePrior } from './compressive/prior.js';
import { tiledCodes } from './compressive/tiled.js';
import { openDiffusionPrior } from './diffusion.js';
import { openLatentPrior } from './latent.js';
import { openMaskedPrior } from './masked/prior.js';
import type { GraphModel } from './onnx/differentiable-graph.js';
import type { Prior } from './prior.js';
import type { PriorFiles } from './prior-files.js';
import { inFixedSize, tiled } from './tiled.js';

/** What runs the graphs of a prior. */
export type Engine = Omit<GraphModel, 'source'>;

/**
 * Opens a prior of any kind; the runtime becomes its own, and ends with it.
 * @param tile runs the network on parts of so many pixels a side.
 * @throws Error where a file is not as the card says, or the prior cannot be tiled.
 */
export async function openPrior(
  card: Card,
  files: PriorFiles,
  engine: Engine,
  tile?: number,
): Promise<Prior> {
  switch (card.kind) {
    case 'latent':
      if (tile !== undefined) throw new Error(`${card.name} is a latent prior, which cannot be tiled.`);
      return openLatentPrior({ ...engine, card, files });
    case 'compressive': {
      const prior = await openCompressivePrior({ ...engine, card, files });
      return tile === undefined ? prior : tiledCodes(prior, { tile });
    }
    case 'masked': {
      if (tile !== undefined) throw new Error(`${card.name} is a masked prior, which cannot be tiled.`);
      const { codebook } = card.graphs;
      return openMaskedPrior({
        ...engine,
        card,
        files,
        codebook: codebook && (await readArray(files, codebook)),
      });
    }
    case 'diffusion':
      return openDiffusion(card, files, engine, tile);
  }
}

async function openDiffusion(
  card: DiffusionCard,
  files: PriorFiles,
  engine: Engine,
  tile?: number,
): Promise<Prior> {
  const prior = await openDiffusionPrior({
    ...engine,
    card,
    source: await files.graph(card),
    moments: card.lastLayer && (await readArray(files, card.lastLayer)).data,
  });
  if (prior.fixedSize && tile !== undefined) {
    throw new Error(
      `${card.name} takes ${prior.fixedSize.join('×')} pixels only, so its tiles have that size.`,
    );
  }
  return tile === undefined ? inFixedSize(prior) : tiled(prior, { tile });
}

async function readArray(files: PriorFiles, { path }: { readonly path: string }): Promise<FloatArray> {
  return decodeNpy(await files.read(path), files.called(path)).array;
}
