/** A latent diffusion prior whose autoencoder and network are ONNX graphs (Rombach et al. 2022, arXiv 2112.10752). */
import { type FloatArray, formatShape } from '../src/core/array.js';
import type { DiffusionCard, LatentCard } from './card.js';
import { type FeedablePrior, openDiffusionPrior } from './diffusion.js';
import { guided } from './guided.js';
import { type ImageFeatures, openImageEncoder } from './image-encoder.js';
import { openTextEncoders } from './joined-text.js';
import type { GraphModel } from './onnx/differentiable-graph.js';
import { type Affine, Transform } from './onnx/transform.js';
import { pad, padAdjoint, roundUp } from './padding.js';
import type { Conditioning, DiffusionPrior, LatentPrior } from './prior.js';
import type { PriorFiles } from './prior-files.js';
import type { Embed, Embedding } from './text.js';

/** What a latent prior is made of; the runtime becomes its own, and ends with it. */
interface LatentModel extends Omit<GraphModel, 'source'> {
  readonly card: LatentCard;
  readonly files: PriorFiles;
}

/**
 * Opens the network, the autoencoder and, where there is one, the text encoder; the text is empty until `condition`
 * gives one.
 * @throws Error naming the model and the input, output or shape that does not agree with the card.
 */
export async function openLatentPrior(model: LatentModel): Promise<LatentPrior> {
  const { card, files } = model;
  const open = async (part: LatentCard['decoder']) =>
    Transform.open({ ...model, source: await files.graph(part) }, part);
  const source = await files.graph(card.codes);
  const codes = await openDiffusionPrior({ ...model, card: cardOfCodes(card), source });
  const parts = {
    codes,
    decoder: await open(card.decoder),
    encoder: card.encoder && (await open(card.encoder)),
  };
  if (!card.text) return latentPrior(card, parts);
  const embed = await openTextEncoders(card.text, files, model);
  const { image } = card.text;
  const features = image && (await openImageEncoder(image, { ...model, source: await files.graph(image) }));
  return conditioned(card, { ...parts, embed, features }, '', {});
}

/** What is shared by the prior of every text. */
interface Parts {
  readonly codes: FeedablePrior;
  readonly decoder: Transform;
  readonly encoder?: Transform;
}

/** And what reads texts, and looks at images. */
interface TextParts extends Parts {
  readonly embed: Embed;
  readonly features?: ImageFeatures;
}

async function conditioned(
  card: LatentCard,
  parts: TextParts,
  text: string,
  { guidance = card.text!.guidance, negative = '' }: Conditioning,
): Promise<LatentPrior> {
  const { embed, features, codes } = parts;
  const towards = codes.withText(await embed(text));
  const common = {
    text,
    condition: (other: string, options: Conditioning = {}) => conditioned(card, parts, other, options),
  };
  if (text === negative || guidance === 1) {
    return { ...latentPrior(card, { ...parts, codes: towards }), ...common };
  }
  const embedded = await embed(negative);
  const from = card.text!.zeroNegative && negative === '' ? zeroed(embedded) : embedded;
  const steered = (shift?: Float32Array): LatentPrior => ({
    ...latentPrior(card, {
      ...parts,
      codes: guided(towards, codes.withText(shift ? moved(from, shift) : from), guidance),
    }),
    ...common,
    ...(features && { negation: { features, moved: steered } }),
  });
  return steered();
}

const zeroed = ({ tokens, pooled }: Embedding): Embedding => ({
  tokens: { ...tokens, data: new Float32Array(tokens.data.length) },
  ...(pooled && { pooled: { ...pooled, data: new Float32Array(pooled.data.length) } }),
});

/** The same shift at every token. @throws Error where it is of another width. */
function moved({ tokens, pooled }: Embedding, shift: Float32Array): Embedding {
  const width = tokens.dims[2];
  if (shift.length !== width) {
    throw new Error(`an image has ${shift.length} features, but a text ${width} at each token.`);
  }
  const data = (tokens.data as Float32Array).map((value, i) => value + shift[i % width]);
  return { tokens: { ...tokens, data }, pooled };
}

function latentPrior(
  card: LatentCard,
  { codes, decoder, encoder }: Omit<Parts, 'codes'> & { readonly codes: DiffusionPrior },
): LatentPrior {
  const { name, channels, downsampling } = card;
  const { toImage, fromCode } = unitsOf(card);
  const requireCode = (code: FloatArray) => {
    if (code.shape.length === 3 && code.shape[0] === codes.channels) return;
    throw new Error(`${name} has codes of ${codes.channels} channels, not ${formatShape(code.shape)}.`);
  };
  const imageShape = ([, h, w]: readonly number[]) => [channels, downsampling * h, downsampling * w];
  return {
    kind: 'latent',
    ...{ name, card, channels, downsampling, codes },
    decode(code, signal) {
      requireCode(code);
      return decoder.apply(code, fromCode, toImage, imageShape(code.shape), signal);
    },
    linearizeDecode(code, signal) {
      requireCode(code);
      return decoder.linearize(code, fromCode, toImage, imageShape(code.shape), signal);
    },
    ...(encoder && encoding(card, encoder, codes.channels)),
    footprint(height, width) {
      const [h, w] = [height, width].map((extent) => Math.ceil(extent / downsampling));
      const [network, image] = [codes.footprint?.(h, w), decoder.footprint(codes.channels, h * w)];
      return {
        denoise: Math.max(network?.denoise ?? 0, image.denoise),
        linearize: (network?.linearize ?? 0) + image.linearize,
      };
    },
    workers: codes.workers,
    close: () => codes.close(),
  };
}

/** An image is range·x + black to the autoencoder, and a code z is z/scale + shift. */
function unitsOf({ valueRange: [black, white], scale, shift }: LatentCard) {
  const range = white - black;
  const toImage: Affine = { scale: 1 / range, shift: -black / range };
  const fromImage: Affine = { scale: range, shift: black };
  const toCode: Affine = { scale, shift: -scale * shift };
  const fromCode: Affine = { scale: 1 / scale, shift };
  return { toImage, fromImage, toCode, fromCode };
}

/** Images are padded to the grid of codes. */
function encoding(
  card: LatentCard,
  encoder: Transform,
  codeChannels: number,
): Pick<LatentPrior, 'encode' | 'linearizeEncode'> {
  const { name, channels, downsampling } = card;
  const { fromImage, toCode } = unitsOf(card);
  const onGrid = ({ shape }: FloatArray): readonly [number, number] => {
    if (shape.length === 3 && shape[0] === channels) {
      return [roundUp(shape[1], downsampling), roundUp(shape[2], downsampling)];
    }
    throw new Error(`${name} takes images of ${channels} channels, not ${formatShape(shape)}.`);
  };
  const codeShape = ([height, width]: readonly [number, number]) => [
    codeChannels,
    height / downsampling,
    width / downsampling,
  ];
  return {
    async encode(image, signal) {
      const grid = onGrid(image);
      return encoder.apply(pad(image, ...grid), fromImage, toCode, codeShape(grid), signal);
    },
    async linearizeEncode(image, signal) {
      const grid = onGrid(image);
      const padded = pad(image, ...grid);
      const linear = await encoder.linearize(padded, fromImage, toCode, codeShape(grid), signal);
      const [, height, width] = image.shape;
      return { ...linear, pullback: async (v) => padAdjoint(await linear.pullback(v), height, width) };
    },
  };
}

/** The card of the model of codes by itself: its images are codes, in their own units. */
function cardOfCodes({ codes, name, summary, data, licence, training }: LatentCard): DiffusionCard {
  const about = { name: `the codes of ${name}`, summary, data, licence, training };
  return {
    format: 1,
    ...about,
    scores: [],
    ...codes,
    kind: 'diffusion',
    valueRange: [0, 1],
    symmetry: 'none',
  };
}
