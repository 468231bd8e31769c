/**
 * A tokenizer and a masked model of its tokens, whose parts are ONNX graphs (Sahoo et al. 2024, arXiv 2406.07524; Shi
 * et al. 2024, arXiv 2406.04329), with a twin for the uniform kernel where there is one (Austin et al. 2021, arXiv
 * 2107.03006).
 */
import {
  type FloatArray,
  floatArray,
  formatShape,
  mapArray,
  type Shape,
  zeros,
} from '../../src/core/array.js';
import type { Affine } from '../onnx/transform.js';
import { cut, pad, paste, roundUp } from '../padding.js';
import type { MaskedPrior } from '../prior.js';
import { triedAt, whyNoGradient } from '../trial.js';
import { codebookOf } from './codebook.js';
import { type MaskedModel, openDecoder, TokenEncoder, TokenNetwork } from './graphs.js';
import { cutTokens, embed, grown, type Tokens, tokenGrid } from './tokens.js';

/**
 * Opens the graphs. All of them are run once, at the least size.
 * @throws Error naming the graph and the input, output, number of tokens or shape that does not agree with the card.
 */
export async function openMaskedPrior(model: MaskedModel): Promise<MaskedPrior> {
  const { card, runtime } = model;
  const codebook = codebookOf(card, model.codebook);
  const encoder = await TokenEncoder.open(model);
  const masked = await TokenNetwork.open(model, 'masked');
  const uniform = card.graphs.uniform && (await TokenNetwork.open(model, 'uniform'));
  const decoder = await openDecoding(model, codebook);
  const gridOf = gridOn(model);
  const { stride, count } = card.tokens;
  const [black, white] = card.valueRange;
  const tokensIn = (image: FloatArray, signal?: AbortSignal) => {
    const [height, width] = gridOf(image.shape);
    const padded = pad(image, stride * height, stride * width);
    const own = mapArray(padded, (value) => (white - black) * value + black);
    return encoder.run(own, signal);
  };
  const smallest = await triedAt(card.sizeMultiple, async () => {
    const all = await tokensIn(zeros([card.channels, 1, 1]));
    await masked.run(all);
    await masked.requireHidden(tokenGrid([all.height, all.width], count));
    if (uniform) await uniform.run(all, card.sigmaRange![1]);
    await decoder.decodeTokens(all);
    return all;
  });
  const { decode, decodeTokens, redecode, linearizeDecode } = decoder;
  const noGradient = await whyNoGradient(async () =>
    (await linearizeDecode(embed(smallest, codebook))).release(),
  );

  return {
    kind: 'masked',
    ...{ name: card.name, card, channels: card.channels, codebook, stride, gridOf },
    tokens: tokensIn,
    logits: (tokens, signal) => masked.run(tokens, undefined, signal),
    ...(uniform && {
      uniformLogits: (tokens: Tokens, sigma: number, signal?: AbortSignal) =>
        uniform.run(tokens, sigma, signal),
      sigmaRange: card.sigmaRange,
    }),
    ...{ decode, decodeTokens, redecode },
    ...(noGradient === undefined ? { linearizeDecode } : { noGradient }),
    ...(card.gamma !== undefined && { residual: card.gamma / (white - black) }),
    footprint(height, width) {
      const [h, w] = gridOf([card.channels, height, width]);
      const { denoise, linearize } = decoder.footprintOf(h * w);
      // Logits are the largest array of the other network: ONNX Runtime's, what is sent, and ours.
      return { denoise: Math.max(denoise, 3 * 4 * count * h * w), linearize };
    },
    workers: runtime.workers,
    close: () => runtime.close(),
  };
}

function gridOn({ card }: MaskedModel): MaskedPrior['gridOf'] {
  const { name, channels, sizeMultiple, tokens } = card;
  return ([c, height, width]) => {
    if (c !== channels) throw new Error(`${name} takes images of ${channels} channels, not ${c}.`);
    return [roundUp(height, sizeMultiple) / tokens.stride, roundUp(width, sizeMultiple) / tokens.stride];
  };
}

const SAME: Affine = { scale: 1, shift: 0 };

async function openDecoding(model: MaskedModel, codebook: FloatArray) {
  const { name, channels, valueRange, tokens: kinds } = model.card;
  const decoder = await openDecoder(model);
  const [black, white] = valueRange;
  const toImage = { scale: 1 / (white - black), shift: -black / (white - black) };
  const { stride, reach = Number.POSITIVE_INFINITY } = kinds;
  const [, dimensions] = codebook.shape;
  const imageShape = ({ shape }: FloatArray): Shape => {
    if (shape.length !== 3 || shape[0] !== dimensions) {
      throw new Error(`${name} has embeddings of ${dimensions} channels, not ${formatShape(shape)}.`);
    }
    return [channels, stride * shape[1], stride * shape[2]];
  };
  const decode = async (embeddings: FloatArray, signal?: AbortSignal) =>
    decoder.apply(embeddings, SAME, toImage, imageShape(embeddings), signal);
  const decodeTokens = async (tokens: Tokens, signal?: AbortSignal) =>
    decode(embed(tokens, codebook), signal);
  const redecode: MaskedPrior['redecode'] = async (tokens, region, before, signal) => {
    const reached = grown(region, reach, tokens);
    const seen = grown(reached, reach, tokens);
    const image = await decodeTokens(cutTokens(tokens, seen), signal);
    const [top, left, height, width] = [
      reached.top - seen.top,
      reached.left - seen.left,
      reached.height,
      reached.width,
    ].map((extent) => stride * extent);
    const after = floatArray(before.data.slice(), before.shape);
    paste(cut(image, top, left, height, width), after, stride * reached.top, stride * reached.left);
    return after;
  };
  return {
    ...{ decode, decodeTokens, redecode },
    linearizeDecode: async (embeddings: FloatArray, signal?: AbortSignal) =>
      decoder.linearize(embeddings, SAME, toImage, imageShape(embeddings), signal),
    footprintOf: (positions: number) => decoder.footprint(dimensions, positions),
  };
}
