/** What solvers see of a prior: a pretrained model of images, told apart by `kind` (ARCHITECTURE.md §2). */
import type { FloatArray } from '../src/core/array.js';
import type { Linearization } from '../src/core/linearization.js';
import type { Random } from '../src/core/random.js';
import type { CompressiveCard, DiffusionCard, LatentCard, MaskedCard } from './card.js';
import type { TokenRegion, Tokens } from './masked/tokens.js';

/**
 * A model of images x0 known through their noisy versions. However it was trained, it is seen in one
 * parametrisation: images in [0, 1] units, and noise that is added to them ("variance exploding"):
 *
 *   D(x, σ) = E[x0 | x0 + σ n = x],  n ~ N(0, I)
 */
export interface DiffusionPrior {
  readonly kind: 'diffusion';
  readonly name: string;
  /** Absent for priors in closed form. */
  readonly card?: DiffusionCard;
  readonly channels: number;
  /** The noise levels [least, most] that the model knows, in [0, 1] image units. */
  readonly sigmaRange: readonly [number, number];
  /**
   * Of a consistency-distilled network (Song et al. 2023, arXiv 2303.01469): the levels, falling, at which `denoise`
   * gives a clean image in one run, and not E[x0 | x].
   */
  readonly consistencyLevels?: readonly number[];
  /** The network's grid, in pixels. Any size is accepted; what is cut out of an image must begin on this grid. */
  readonly sizeMultiple: number;
  /**
   * The only [height, width] that the network takes: smaller images are mirrored out to it, larger ones see it in
   * parts.
   */
  readonly fixedSize?: readonly [number, number];
  /** The distance in pixels beyond which no input pixel has any influence on an output pixel, where there is one. */
  readonly receptiveRadius?: number;
  /**
   * D(x, σ), a new array of the shape [C, H, W] of x. Below the range the model is asked at its least level.
   * @throws RangeError where σ is not positive or above the range; the signal's reason when aborted.
   */
  denoise(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<FloatArray>;
  /**
   * D(·, σ) at x with its vector-Jacobian products; built when first asked for.
   * @throws as `denoise`; Error naming op, node and model where the graph holds an op that has no derivative here.
   */
  linearize?(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<Linearization>;
  /** How much memory the network takes on an image of this size, about; absent where that is not known. */
  footprint?(height: number, width: number): Footprint;
  /** How many evaluations are made at a time; one when absent. */
  readonly workers?: number;
  /** What is known of how far its network is off; absent where nobody measured it. */
  readonly lastLayer?: LastLayer;
  /**
   * Of a prior that sees images in parts: does `work` on one part after the other, and lays together what it gives for
   * the part's own pixels. For work on a pixel that needs nothing from beyond the receptive radius.
   * @param arrays of one image's size: the work is given their parts.
   */
  inParts?(arrays: readonly FloatArray[], work: PartWork): Promise<readonly FloatArray[]>;
  /** Gives the model's memory back. */
  close(): Promise<void>;
}

/** What a network does not know: the law of the weights of its last layer (models/last-layer.ts). */
export interface LastLayer {
  /** The standard deviation of each value of D(x, σ) under that law, [C, H, W]. */
  deviation(x: FloatArray, sigma: number, signal?: AbortSignal): Promise<FloatArray>;
  /** The same prior with weights drawn from it. To be closed; the prior itself must be open as long. */
  draw(random: Random): Promise<DiffusionPrior>;
}

/** Bytes at the peak of one call, beside the weights. */
export interface Footprint {
  readonly denoise: number;
  /** With one pullback; nearly all of it is held until `release`. */
  readonly linearize: number;
}

/**
 * Work on one part of an image; its results have the part's size.
 * @param prior to be asked about the part.
 * @param part its number from 0. @param parts how many there are.
 */
export type PartWork = (
  arrays: readonly FloatArray[],
  prior: DiffusionPrior,
  part: number,
  parts: number,
) => Promise<readonly FloatArray[]>;

/**
 * A diffusion model of codes, and the autoencoder whose codes they are. Codes are arrays [codes.channels, h, w] in the
 * units of their own model (about unit variance): images of height `downsampling`·h.
 */
export interface LatentPrior {
  readonly kind: 'latent';
  readonly name: string;
  readonly card?: LatentCard;
  /** Of images. */
  readonly channels: number;
  /** Pixels of the image, a side, that one position of the code stands for. */
  readonly downsampling: number;
  /** The model of codes: its images are codes, and its noise levels are in their units. */
  readonly codes: DiffusionPrior;
  /**
   * The code of an image [C, H, W] in [0, 1] units, mirrored out to a multiple of `downsampling` first; the mean where
   * the encoder gives a distribution. Absent where there is no encoder.
   */
  encode?(image: FloatArray, signal?: AbortSignal): Promise<FloatArray>;
  /** The encoder at an image with its vector-Jacobian products. */
  linearizeEncode?(image: FloatArray, signal?: AbortSignal): Promise<Linearization>;
  /** The image of a code, [0, 1] units, not clipped. */
  decode(code: FloatArray, signal?: AbortSignal): Promise<FloatArray>;
  /** The decoder at a code with its vector-Jacobian products. */
  linearizeDecode?(code: FloatArray, signal?: AbortSignal): Promise<Linearization>;
  /**
   * The same prior of images that go with a text; present where the model takes texts. Without it the text is empty.
   * Both share the networks, so closing one closes the other.
   */
  condition?(text: string, options?: Conditioning): Promise<LatentPrior>;
  /** The text that it was given; absent where the model takes none. */
  readonly text?: string;
  /** Present where a text steers away from another and the model has an encoder of images. */
  readonly negation?: Negation;
  /** As of a diffusion prior; the size is that of the image. */
  footprint?(height: number, width: number): Footprint;
  /** As of a diffusion prior. */
  readonly workers?: number;
  /** Gives the model's memory back. */
  close(): Promise<void>;
}

/** What an image shows, in the space of texts, and a text to steer away from that moves in it. */
export interface Negation {
  /** Of an image [C, H, W] in [0, 1] units: a row of as many numbers as a token's embedding has. */
  features(image: FloatArray, signal?: AbortSignal): Promise<Float32Array>;
  /** The same prior, the embedding of what it steers away from moved by `shift` at every token. */
  moved(shift: Float32Array): LatentPrior;
}

/** The codes of one image: z, and where there is a hyperprior h, each [channels, height, width]. */
export type Codes = readonly FloatArray[];

/** What codes cost: −log p(z | h) − log p(h), and its gradient with respect to each of them. */
export interface CodeRate {
  /** In nats. */
  readonly nats: number;
  readonly gradient: Codes;
}

/**
 * An autoencoder with a density of its codes: x ~ N(D(z), diag σ(z)²), z ~ p(z | h), h ~ p(h). A compressive one codes
 * an image by rounding z and h, so that −log p is the length of the file; of a plain VAE z ~ N(0, I) and there is no h.
 */
export interface CompressivePrior {
  readonly kind: 'compressive';
  readonly name: string;
  readonly card?: CompressiveCard;
  /** Of images. */
  readonly channels: number;
  /** The autoencoder's grid, in pixels. Any size is accepted. */
  readonly sizeMultiple: number;
  /** The distance in pixels beyond which no pixel changes a code, and no code a pixel, where there is one. */
  readonly receptiveRadius?: number;
  /** s, where s·x is coded better than x; 1 where absent. */
  readonly modulation?: number;
  /** The shapes of the codes of an image [C, H, W] of any size: those of the image padded to the autoencoder's grid. */
  codeShapes(imageShape: readonly number[]): readonly (readonly number[])[];
  /** The codes of an image [C, H, W] in [0, 1] units, mirrored out to the grid first. */
  encode(image: FloatArray, signal?: AbortSignal): Promise<Codes>;
  /** D(z): the image of a code, [0, 1] units, not clipped, of the padded size. */
  decode(z: FloatArray, signal?: AbortSignal): Promise<FloatArray>;
  /**
   * The decoder at a code with its vector-Jacobian products; absent where it, or the network between h and z, cannot be
   * differentiated.
   */
  linearizeDecode?(z: FloatArray, signal?: AbortSignal): Promise<Linearization>;
  /** Why there is no `linearizeDecode`, in words that begin with the graph's name. */
  readonly noGradient?: string;
  /** σ(z): standard deviation of what the decoder leaves over, of the shape of D(z); absent where not known. */
  spread?(z: FloatArray, signal?: AbortSignal): Promise<FloatArray>;
  /** In double precision, but for the network between h and z. */
  rate(codes: Codes, signal?: AbortSignal): Promise<CodeRate>;
  /** A draw of the codes of an image of this size: h from its law, then z given h. */
  draw(imageShape: readonly number[], random: Random, signal?: AbortSignal): Promise<Codes>;
  /** As of a diffusion prior. */
  footprint?(height: number, width: number): Footprint;
  /** As of a diffusion prior. */
  readonly workers?: number;
  /** Gives the model's memory back. */
  close(): Promise<void>;
}

/**
 * A tokenizer, and a model of its tokens: an image is a grid of tokens, each one of K entries of a codebook, and the
 * model tells the law of those that are hidden given the others. Its twin, where there is one, tells it of tokens that
 * were drawn anew with some chance, without saying which.
 */
export interface MaskedPrior {
  readonly kind: 'masked';
  readonly name: string;
  readonly card?: MaskedCard;
  /** Of images. */
  readonly channels: number;
  /** The embeddings of the K tokens, [K, d]. */
  readonly codebook: FloatArray;
  /** Pixels of the image, a side, that one token stands for. */
  readonly stride: number;
  /** The grid [height, width] of an image [C, H, W] of any size: that of the image padded to what the networks take. */
  gridOf(imageShape: readonly number[]): readonly [number, number];
  /** The tokens of an image [C, H, W] in [0, 1] units, mirrored out to the grid first. */
  tokens(image: FloatArray, signal?: AbortSignal): Promise<Tokens>;
  /**
   * Logits [K, h, w] of every token given those that are not hidden; they mean something for the hidden ones. A hidden
   * token is K.
   */
  logits(tokens: Tokens, signal?: AbortSignal): Promise<FloatArray>;
  /**
   * Logits [K, h, w] of the tokens before each was drawn anew, from all K with equal chances, with chance 1 − exp(−σ).
   * Absent where the prior has no such twin.
   */
  uniformLogits?(tokens: Tokens, sigma: number, signal?: AbortSignal): Promise<FloatArray>;
  /** The levels σ [least, most] that the twin knows. */
  readonly sigmaRange?: readonly [number, number];
  /** The image of embeddings [d, h, w], [0, 1] units, not clipped, of the padded size. */
  decode(embeddings: FloatArray, signal?: AbortSignal): Promise<FloatArray>;
  /** The image of tokens, of which none may be hidden. */
  decodeTokens(tokens: Tokens, signal?: AbortSignal): Promise<FloatArray>;
  /**
   * The image of tokens that differ only within `region` from those whose image is `before`: to the same bits as
   * `decodeTokens`, but only what the region reaches is decoded.
   */
  redecode(
    tokens: Tokens,
    region: TokenRegion,
    before: FloatArray,
    signal?: AbortSignal,
  ): Promise<FloatArray>;
  /** The decoder at embeddings with its vector-Jacobian products; absent where it cannot be differentiated. */
  linearizeDecode?(embeddings: FloatArray, signal?: AbortSignal): Promise<Linearization>;
  /** As of a compressive prior. */
  readonly noGradient?: string;
  /** Standard deviation of what tokens cannot show of an image, [0, 1] units; absent where not known. */
  readonly residual?: number;
  /** As of a diffusion prior. */
  footprint?(height: number, width: number): Footprint;
  /** As of a diffusion prior. */
  readonly workers?: number;
  /** Gives the model's memory back. */
  close(): Promise<void>;
}

/** How strongly a text is to steer. */
export interface Conditioning {
  /**
   * Scale w of classifier-free guidance (Ho & Salimans 2022, arXiv 2207.12598), in the usual counting: D = D₀ + w
   * (D_text − D₀), so that 1 is none. By default what the card says.
   */
  readonly guidance?: number;
  /** What D₀ is told: what images should not be like (default the empty text). */
  readonly negative?: string;
}

/** A pretrained model of images, told apart by `kind`. */
export type Prior = DiffusionPrior | LatentPrior | CompressivePrior | MaskedPrior;

/** The kinds of prior that solvers can ask for. */
export type PriorKind = Prior['kind'];

/** All of a prior but its network, for what wraps it; read field by field, since classes may have getters. */
export function descriptionOf(prior: DiffusionPrior): Omit<DiffusionPrior, 'denoise' | 'linearize'> {
  const { kind, name, card, channels, sigmaRange, consistencyLevels, sizeMultiple } = prior;
  const { fixedSize, receptiveRadius, workers } = prior;
  return {
    ...{
      kind,
      name,
      card,
      channels,
      sigmaRange,
      consistencyLevels,
      sizeMultiple,
      fixedSize,
      receptiveRadius,
      workers,
    },
    footprint: prior.footprint && ((height, width) => prior.footprint!(height, width)),
    close: () => prior.close(),
  };
}

/** A diffusion prior that can be differentiated. */
export type DifferentiablePrior = DiffusionPrior & Required<Pick<DiffusionPrior, 'linearize'>>;

/** @throws Error when the prior is of another kind. */
export function diffusionPrior(prior: Prior): DiffusionPrior {
  if (prior.kind === 'diffusion') return prior;
  throw new Error(`expected a prior of kind diffusion, but ${prior.name} is of kind ${prior.kind}`);
}
