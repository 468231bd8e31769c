/**
 * An autoencoder with a density of its codes, whose parts are ONNX graphs: a hyperprior (Minnen, Ballé, Toderici 2018,
 * arXiv 1809.02736), with a second decoder for what the first leaves over (Biquard et al., arXiv 2412.04130); or a
 * plain VAE.
 */
import { type FloatArray, filled, formatShape, mapArray, type Shape, zeros } from '../../src/core/array.js';
import type { CompressiveCard } from '../card.js';
import type { Affine, Transform } from '../onnx/transform.js';
import { pad, roundUp } from '../padding.js';
import type { Codes, CompressivePrior } from '../prior.js';
import { triedAt, whyNoGradient } from '../trial.js';
import { openDensity } from './density.js';
import { type CompressiveModel, codeOf, openPart, openTransform, tensorOf } from './graphs.js';

/**
 * Opens the graphs, and reads the law of the hyperprior. All of them are run once, at the least size.
 * @throws Error naming the graph and the input, output or shape that does not agree with the card.
 */
export async function openCompressivePrior(model: CompressiveModel): Promise<CompressivePrior> {
  const { card, runtime } = model;
  const { name, channels, codes, sizeMultiple } = card;
  const units = unitsOf(card);
  const [encoder, decoder] = [await openPart(model, 'encoder'), await openTransform(model, 'decoder')];
  const spread = card.graphs.spread && (await openTransform(model, 'spread'));
  const density = await openDensity(model);
  const { gamma } = card;

  const gridOf = ([c, height, width]: Shape): readonly [number, number] => {
    if (c !== channels) throw new Error(`${name} takes images of ${channels} channels, not ${c}.`);
    return [roundUp(height, sizeMultiple), roundUp(width, sizeMultiple)];
  };
  const codeShapes = (imageShape: Shape) => {
    const grid = gridOf(imageShape);
    const kinds = codes.h ? [codes.z, codes.h] : [codes.z];
    return kinds.map(({ channels: c, stride }) => [c, grid[0] / stride, grid[1] / stride]);
  };
  const imageShape = ({ shape }: FloatArray): Shape => {
    if (shape.length !== 3 || shape[0] !== codes.z.channels) {
      throw new Error(`${name} has codes of ${codes.z.channels} channels, not ${formatShape(shape)}.`);
    }
    return [channels, codes.z.stride * shape[1], codes.z.stride * shape[2]];
  };

  const encode = async (image: FloatArray, signal?: AbortSignal): Promise<Codes> => {
    const own = mapArray(image, (x) => units.in.scale * x + units.in.shift);
    const feeds = { [card.inputs.encoder[0]]: tensorOf(pad(own, ...gridOf(image.shape))) };
    const shapes = codeShapes(image.shape);
    const fetch = card.outputs.encoder.slice(0, shapes.length);
    const outputs = await encoder.runAll(feeds, fetch, signal);
    return fetch.map((output, k) => codeOf(outputs[output], shapes[k], card.moments, encoder.name));
  };
  const decode = async (z: FloatArray, signal?: AbortSignal) =>
    decoder.apply(z, SAME, units.out, imageShape(z), signal);

  const linearizeDecode = async (z: FloatArray, signal?: AbortSignal) =>
    decoder.linearize(z, SAME, units.out, imageShape(z), signal);
  const spreadOf = spreading(spread, units.out.scale, gamma, imageShape);

  const codesOfOne = await triedAt(sizeMultiple, async () => {
    const all = await encode(zeros([channels, 1, 1]));
    await decode(all[0]);
    await spreadOf?.(all[0]);
    await density.tryOn(all);
    return all;
  });
  const noGradient = await whyNoGradient(async () => {
    (await linearizeDecode(codesOfOne[0])).release();
    await density.rate(codesOfOne);
  });

  return {
    kind: 'compressive',
    ...{ name, card, channels, sizeMultiple, receptiveRadius: card.receptiveRadius, codeShapes },
    modulation: card.modulation,
    ...{ encode, decode },
    ...(noGradient === undefined ? { linearizeDecode } : { noGradient }),
    ...(spreadOf && { spread: spreadOf }),
    rate: density.rate,
    draw: (shape, random, signal) => density.draw(codeShapes(shape), random, signal),
    footprint(height, width) {
      const [z] = codeShapes([channels, height, width]);
      return decoder.footprint(z[0], z[1] * z[2]);
    },
    workers: runtime.workers,
    close: () => runtime.close(),
  };
}

/** σ(z) by its graph, or the same everywhere. */
function spreading(
  graph: Transform | undefined,
  scale: number,
  gamma: number | undefined,
  imageShape: (z: FloatArray) => Shape,
): CompressivePrior['spread'] {
  if (graph) return async (z, signal) => graph.apply(z, SAME, { scale, shift: 0 }, imageShape(z), signal);
  return gamma === undefined ? undefined : async (z) => filled(imageShape(z), scale * gamma);
}

const SAME: Affine = { scale: 1, shift: 0 };

/** From images in [0, 1] to those of the autoencoder, and back. */
function unitsOf({ valueRange: [black, white] }: CompressiveCard): {
  readonly in: Affine;
  readonly out: Affine;
} {
  const range = white - black;
  return { in: { scale: range, shift: black }, out: { scale: 1 / range, shift: -black / range } };
}
