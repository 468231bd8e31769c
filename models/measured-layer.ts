/** The law of a network's last layer, measured on images for its card. */
import { UsageError } from '../src/core/errors.js';
import type { DiffusionCard } from './card.js';
import { openDiffusionPrior } from './diffusion.js';
import { graphSource } from './files.js';
import type { LayerLaw } from './last-layer.js';
import { type Example, fitLastLayer } from './last-layer-prior.js';
import { type LoadOptions, placed } from './load.js';
import { differentiate } from './onnx/differentiate.js';
import { closeOn } from './onnx/runtime.js';
import { ChildRuntime } from './onnx/session.js';
import type { DiffusionPrior } from './prior.js';

/** What was measured, and the card that is to say so. */
export interface MeasuredLayer {
  readonly law: LayerLaw;
  readonly images: number;
  readonly card: DiffusionCard;
  /** The card's file. */
  readonly path: string;
}

/**
 * Measures the law of the last layer of a prior.
 * @param examplesFor gives noisy images of a size that this prior takes, one for each image.
 * @throws UsageError where it is no diffusion of images; Error where its graph cannot be split.
 */
export async function measureLastLayer(
  nameOrPath: string,
  examplesFor: (prior: DiffusionPrior) => AsyncIterable<Example>,
  options: Pick<LoadOptions, 'timeout' | 'signal' | 'allowOutside' | 'threads'> = {},
): Promise<MeasuredLayer> {
  const { place, card } = await placed(nameOrPath, options);
  if (card.kind !== 'diffusion' || card.inputs.text !== undefined) {
    const found = card.kind === 'diffusion' ? 'one that takes texts' : `one of kind ${card.kind}`;
    throw new UsageError(
      `--laplace measures a diffusion prior of images alone, and ${card.name} is ${found}`,
    );
  }
  const runtime = await ChildRuntime.start(options);
  const forget = closeOn(runtime, options.signal);
  try {
    const source = await graphSource(place.directory, card);
    const session = { threads: options.threads };
    const prior = await openDiffusionPrior({ runtime, session, differentiate, card, source });
    const { law, images } = await fitLastLayer(prior.network, examplesFor(prior), options.signal);
    return { law, images, card, path: place.card };
  } finally {
    forget();
    await runtime.close();
  }
}
