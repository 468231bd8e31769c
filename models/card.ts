/** The model card: what a prior's files are and how its numbers are to be read (ARCHITECTURE.md §4.5). */
import { z } from 'zod';

const file = z.strictObject({
  path: z.string().describe('relative to the card'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .describe('of the whole file'),
});

/** Of a table of noise levels; those in use have about a thousand. */
export const MOST_STEPS = 100_000;

/** Of what an image is padded to, and of the pixels that one position of a code stands for. */
const MOST_MULTIPLE = 1024;

const steps = z.int().min(2).max(MOST_STEPS);

const channels = z.int().min(1).max(4096);

const betas = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['linear', 'scaled-linear']).describe('β, or its square root, rises in equal steps'),
    first: z.number().positive().lt(1),
    last: z.number().positive().lt(1),
    steps,
  }),
  z.strictObject({ kind: z.literal('squared-cosine'), steps }),
  z.strictObject({
    kind: z.literal('betas'),
    values: z.array(z.number().positive().lt(1)).min(2).max(MOST_STEPS),
  }),
  z.strictObject({
    kind: z.literal('alphas'),
    values: z
      .array(z.number().positive().lt(1))
      .min(2)
      .max(MOST_STEPS)
      .describe('the cumulative products ᾱ, falling'),
  }),
]);

const schedule = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('vp'), table: betas })
    .describe('x_t = √ᾱ x0 + √(1−ᾱ) n, ᾱ from a table with one entry per time step'),
  z
    .strictObject({ kind: z.literal('vp-continuous'), betaMin: z.number(), betaMax: z.number() })
    .describe('the variance-preserving SDE: ᾱ(t) = exp(−½(βmax−βmin)t² − βmin t), t in [0, 1]'),
  z.strictObject({ kind: z.literal('ve') }).describe('x = x0 + σ n'),
  z
    .strictObject({ kind: z.literal('edm'), sigmaData: z.number().positive() })
    .describe('x = x0 + σ n, and the network is fed x/√(σ² + σ_data²)'),
  z.strictObject({ kind: z.literal('flow') }).describe('x_t = (1−t) x0 + t n, t in [0, 1]'),
]);

/** Schedules under which a parametrisation means something; all where none are named. */
const SCHEDULES_OF: Readonly<Record<string, readonly string[] | undefined>> = {
  residual: ['ve'],
  v: ['vp', 'vp-continuous'],
  edm: ['edm'],
  flow: ['flow'],
};

const SCHEDULES_OF_TIME: Readonly<Record<string, readonly string[] | undefined>> = {
  index: ['vp'],
  t: ['vp-continuous', 'flow'],
  none: ['ve'],
};

/** What any card says of the model as a whole. */
const about = {
  format: z.literal(1).describe('of this card'),
  name: z.string().describe('what messages and results call it'),
  summary: z.string().describe('one line for `list`'),
  data: z.string().describe('what it was trained on, and under which licences that is'),
  licence: z.string().describe('of the weights'),
  training: z.string().describe('how it was trained'),
  scores: z
    .array(
      z.strictObject({
        task: z.string(),
        data: z.string(),
        metric: z.string(),
        value: z.number(),
      }),
    )
    .describe('measured on data not trained on'),
};

const graph = {
  model: file.describe('the ONNX graph'),
  externalData: z.array(file).default([]).describe('weights that lie beside the graph'),
};

/** A network that estimates noise, and how it is called. Numbers are in the network's own units. */
const network = {
  ...graph,
  inputs: z
    .strictObject({
      image: z.string(),
      time: z
        .string()
        .optional()
        .describe(
          'takes the noise level, as one number or a map; absent where a last channel of the image does (as of DRUNet) or nothing',
        ),
      text: z.string().optional().describe('takes the embedding of a text'),
      pooled: z.string().optional().describe('takes what sums a text up in one row, as of SDXL'),
    })
    .describe('names in the graph'),
  sizes: z
    .strictObject({
      input: z.string(),
      scale: z.number().positive().describe('pixels of the image, a side, for one of its input'),
    })
    .optional()
    .describe('an input that takes [height, width, 0, 0, height, width] in pixels, as of SDXL'),
  constants: z
    .record(z.string(), z.union([z.number(), z.array(z.number()).max(65_536)]))
    .default({})
    .describe(
      'further inputs, each fed with one number, such as the class that stands for none, or with a row of them',
    ),
  outputs: z.strictObject({ image: z.string() }).describe('names in the graph'),
  channels: channels.describe('of an image'),
  parametrisation: z
    .enum(['epsilon', 'x0', 'residual', 'v', 'score', 'edm', 'flow'])
    .describe('what the network estimates: see parametrisation.ts'),
  learnedSigma: z
    .boolean()
    .default(false)
    .describe('the output has twice the channels; the second half is not used'),
  schedule: schedule.describe('how noise was added in training'),
  time: z
    .strictObject({
      form: z
        .enum(['index', 'sigma', 'quarter-log-sigma', 't', 'none'])
        .describe('"none": it is told nothing, as DnCNN'),
      scale: z.number().positive().default(1).describe('multiplies what `form` gives'),
    })
    .describe('how the network is told the noise level'),
  sigmaRange: z
    .tuple([z.number().positive(), z.number().positive()])
    .refine(([least, most]) => least <= most, 'expected [least, most]')
    .readonly()
    .describe('noise levels σ = s/a that the model knows; twice the same for a denoiser of one level'),
  consistencyLevels: z
    .array(z.number().positive())
    .min(1)
    .max(MOST_STEPS)
    .refine(
      (levels) => levels.every((level, i) => i === 0 || level < levels[i - 1]),
      'expected falling levels',
    )
    .optional()
    .describe(
      'noise levels σ, falling, at which a consistency-distilled network gives a clean image in one run',
    ),
  sizeMultiple: z.int().min(1).max(MOST_MULTIPLE).describe('of which height and width must be multiples'),
  receptiveRadius: z
    .int()
    .min(0)
    .optional()
    .describe('pixels; absent where every pixel sees the whole image'),
};

const valueRange = z
  .tuple([z.number(), z.number()])
  .refine(([black, white]) => white > black, 'expected [black, white] with white above black')
  .readonly()
  .describe('what black and white are to the network');

/** A diffusion prior. */
export const diffusionCard = z
  .strictObject({
    kind: z.literal('diffusion'),
    ...about,
    ...network,
    valueRange,
    lastLayer: file
      .extend({
        images: z.int().min(1).describe('that it was measured on'),
        observations: z.int().min(1).describe('that they are worth: 64 pixels count once'),
        residual: z.number().positive().describe('mean square of what the layer is off by on them'),
      })
      .optional()
      .describe('how large the inputs of the last convolution are: see last-layer.ts'),
    cap: file
      .extend({
        sigmaRange: z
          .tuple([z.number().positive(), z.number().positive()])
          .readonly()
          .describe('of the noise, in [0, 1] units'),
      })
      .optional()
      .describe('a network that tells how far one-step estimates are off: see cap.ts'),
    symmetry: z
      .enum(['none', 'mirror', 'dihedral'])
      .default('none')
      .describe(
        'images as likely as these: none, left and right swapped, or all eight turns and mirror images',
      ),
  })
  .superRefine(consistent);

const networkCard = z.strictObject(network);

const codec = { ...graph, input: z.string(), output: z.string() };

const textEncoder = {
  ...codec,
  pooled: z.string().optional().describe('the output that sums a text up in one row'),
  tokenizer: z.array(file).min(1).describe("tokenizer.json, or CLIP's vocab.json and merges.txt"),
  length: z.int().min(2).max(65_536).describe('tokens that every text is cut or padded to'),
  padding: z.string().describe('the token that fills what a text leaves'),
};

/** CLIP's: it gives a picture a row of numbers among those of texts. */
const imageEncoder = z.strictObject({
  ...codec,
  size: z.int().min(8).max(4096).describe('side of the square that it takes, pixels'),
  mean: z.tuple([z.number(), z.number(), z.number()]).readonly().describe('of each colour, taken away'),
  sd: z.tuple([z.number(), z.number(), z.number()]).readonly().describe('of each colour, divided by'),
});

/** A diffusion prior over the codes of an autoencoder (Rombach et al. 2022, arXiv 2112.10752). */
export const latentCard = z.strictObject({
  kind: z.literal('latent'),
  ...about,
  channels: channels.describe('of an image'),
  valueRange: valueRange.describe('what black and white are to the autoencoder'),
  downsampling: z
    .int()
    .min(1)
    .max(MOST_MULTIPLE)
    .describe('pixels of the image, a side, that one position of the code stands for'),
  scale: z.number().positive().describe('codes are scale·(z − shift), z what the encoder gives'),
  shift: z.number().default(0),
  codes: networkCard.superRefine(consistent).describe('the model of codes; its images are codes'),
  encoder: z
    .strictObject({
      ...codec,
      moments: z
        .boolean()
        .default(false)
        .describe('the output has twice the channels: mean, which is used, and log-variance'),
    })
    .optional(),
  decoder: z.strictObject(codec),
  text: z
    .strictObject({
      ...textEncoder,
      further: z
        .array(z.strictObject(textEncoder))
        .min(1)
        .max(2)
        .optional()
        .describe(
          'text encoders whose embeddings follow: beside it where they have as many tokens, else behind',
        ),
      padTo: z
        .tuple([z.int().min(2).max(65_536), z.int().min(1).max(65_536)])
        .readonly()
        .optional()
        .describe('[tokens, width] that all embeddings together are filled up to with zeros'),
      zeroNegative: z
        .boolean()
        .optional()
        .describe('the empty text is embedded as zeros where it is what a text steers away from, as of SDXL'),
      image: imageEncoder.optional().describe('an image encoder, for solvers that look what an image shows'),
      guidance: z.number().default(7.5).describe('scale of classifier-free guidance, 1 for none'),
    })
    .optional()
    .describe('how the network is given a text'),
});

const part = z.strictObject({
  path: file.shape.path,
  sha256: file.shape.sha256,
  externalData: graph.externalData,
});

const names = (least: number, most: number) =>
  z.array(z.string()).min(least).max(most).describe('names in the graph');

const code = z.strictObject({
  channels,
  stride: z
    .int()
    .min(1)
    .max(MOST_MULTIPLE)
    .describe('pixels of the image, a side, that one position stands for'),
});

/** A compressive autoencoder with its hyperprior (Minnen et al. 2018, arXiv 1809.02736), or a plain VAE. */
export const compressiveCard = z
  .strictObject({
    kind: z.literal('compressive'),
    ...about,
    graphs: z.strictObject({
      encoder: part,
      decoder: part,
      spread: part.optional().describe('gives the standard deviation of what the decoder leaves over'),
      'hyper-decoder': part.optional().describe('gives scales and means of z'),
      'hyper-prior': file.optional().describe('tables of the law of h (see compressive/factorised.ts)'),
    }),
    inputs: z.strictObject({
      encoder: names(1, 1),
      decoder: names(1, 1),
      spread: names(1, 1).optional(),
      'hyper-decoder': names(1, 1).optional(),
    }),
    outputs: z.strictObject({
      encoder: names(1, 2).describe('z and h; of a plain VAE the mean, and what follows is not used'),
      decoder: names(1, 1),
      spread: names(1, 1).optional(),
      'hyper-decoder': names(2, 2).optional().describe('scales, means'),
    }),
    moments: z
      .boolean()
      .default(false)
      .describe('the encoder gives twice the channels: mean, which is used, and log-variance'),
    channels: channels.describe('of an image'),
    valueRange: valueRange.describe('what black and white are to the autoencoder'),
    codes: z.strictObject({ z: code, h: code.optional() }),
    codePrior: z
      .string()
      .describe('"normal": z ~ N(0, I), no hyperprior; else in words what the hyperprior is'),
    beta: z
      .number()
      .min(0.25)
      .max(8)
      .default(2)
      .describe('shape of the law of z around its mean: 2 Gaussian, 1 Laplace'),
    gamma: z
      .number()
      .positive()
      .optional()
      .describe(
        'standard deviation of what the decoder leaves over where no graph gives it, units of the autoencoder',
      ),
    modulation: z
      .number()
      .positive()
      .max(4)
      .optional()
      .describe('s: solvers code s·x unless told otherwise; chosen on photographs (default: 1)'),
    alpha: z.number().positive().optional().describe('weight of the squared error in training'),
    sizeMultiple: z.int().min(1).max(MOST_MULTIPLE).describe('of which height and width must be multiples'),
    receptiveRadius: z
      .int()
      .min(0)
      .optional()
      .describe('pixels beyond which none changes a code, and no code a pixel; absent where all may'),
  })
  .superRefine((card, context) => {
    const { graphs, inputs, outputs, codes } = card;
    const fault = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const hyper = [
      { path: ['graphs', 'hyper-decoder'], value: graphs['hyper-decoder'] },
      { path: ['graphs', 'hyper-prior'], value: graphs['hyper-prior'] },
      { path: ['codes', 'h'], value: codes.h },
    ];
    const missing = hyper.find(({ value }) => value === undefined);
    if (card.codePrior === 'normal') {
      if (hyper.some(({ value }) => value !== undefined))
        fault(['codePrior'], '"normal" has no hyperprior, but the card names one');
    } else if (missing) {
      fault(
        missing.path,
        'a hyperprior needs graphs.hyper-decoder, graphs.hyper-prior and codes.h; without one codePrior is "normal"',
      );
    } else if (outputs.encoder.length !== 2) fault(['outputs', 'encoder'], 'expected the names of z and h');
    for (const name of ['spread', 'hyper-decoder'] as const) {
      if (graphs[name] && !(inputs[name] && outputs[name]))
        fault(['inputs', name], `the names of ${name}'s inputs and outputs are missing`);
    }
    for (const [name, value] of Object.entries(codes)) {
      if (value && card.sizeMultiple % value.stride !== 0)
        fault(['codes', name, 'stride'], 'must divide sizeMultiple');
    }
  });

const quantiser = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('fsq'), levels: z.array(z.int().min(2).max(4096)).min(1).max(16) })
    .describe('finite scalars: each dimension has so many levels on [-1, 1]; the first counts fastest'),
  z
    .strictObject({ kind: z.literal('lfq'), bits: z.int().min(1).max(16) })
    .describe('signs: a token is a binary number, its first bit the highest, and 1 is +1'),
  z.strictObject({ kind: z.literal('vq') }).describe('vectors of the codebook file'),
]);

/** A tokenizer, and a model of its tokens that is given some of them and tells the law of the others. */
export const maskedCard = z
  .strictObject({
    kind: z.literal('masked'),
    ...about,
    graphs: z.strictObject({
      encoder: part,
      decoder: part,
      masked: part.describe('logits of the tokens that are hidden, given the others'),
      uniform: part.optional().describe('logits of the tokens before the uniform kernel of level σ'),
      codebook: file.optional().describe('the embeddings, [tokens, dimensions], .npy; vq needs it'),
    }),
    inputs: z.strictObject({
      encoder: names(1, 1),
      decoder: names(1, 1).describe('takes embeddings'),
      masked: names(1, 1),
      uniform: names(2, 2).optional().describe('tokens, σ'),
    }),
    outputs: z.strictObject({
      encoder: names(1, 1),
      decoder: names(1, 1),
      masked: names(1, 1),
      uniform: names(1, 1).optional(),
    }),
    channels: channels.default(3).describe('of an image'),
    valueRange: valueRange.describe('what black and white are to the tokenizer'),
    tokens: z.strictObject({
      count: z.int().min(2).max(65_536).describe('how many different ones there are'),
      mask: z.int().min(2).describe('what stands for a hidden one'),
      stride: z.int().min(1).max(MOST_MULTIPLE).describe('pixels of the image, a side, that one stands for'),
      reach: z
        .int()
        .min(0)
        .optional()
        .describe('tokens beyond which none changes what is decoded; absent where each changes all'),
    }),
    quantiser: quantiser.describe('what the embeddings are'),
    kernels: z.record(z.string(), z.string()).default({}).describe('how tokens were corrupted in training'),
    sigmaRange: z
      .tuple([z.number().positive(), z.number().positive()])
      .refine(([least, most]) => least < most, 'expected [least, most]')
      .readonly()
      .optional()
      .describe('levels of the uniform kernel that its network knows'),
    gamma: z
      .number()
      .positive()
      .optional()
      .describe('standard deviation of what the tokenizer leaves over, units of the tokenizer'),
    sizeMultiple: z.int().min(1).max(MOST_MULTIPLE).describe('of which height and width must be multiples'),
  })
  .superRefine(({ graphs, inputs, outputs, tokens, quantiser: book, sigmaRange, sizeMultiple }, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    const size = book.kind === 'fsq' ? book.levels.reduce((product, level) => product * level, 1) : undefined;
    const entries = book.kind === 'lfq' ? 2 ** book.bits : size;
    if (entries !== undefined && entries !== tokens.count) {
      fault(['tokens', 'count'], `the quantiser has ${entries} entries, and the card ${tokens.count} tokens`);
    }
    if (book.kind === 'vq' && !graphs.codebook) fault(['graphs', 'codebook'], 'vq needs a codebook');
    if (tokens.mask < tokens.count) fault(['tokens', 'mask'], 'must be none of the tokens');
    if (graphs.uniform && !(inputs.uniform && outputs.uniform && sigmaRange)) {
      fault(['graphs', 'uniform'], 'needs inputs.uniform, outputs.uniform and sigmaRange');
    }
    if (sizeMultiple % tokens.stride !== 0) fault(['tokens', 'stride'], 'must divide sizeMultiple');
  });

/** Where the parametrisation, schedule and time of a network do not go together, says so. */
function consistent(
  card: Pick<NetworkCard, 'inputs' | 'parametrisation' | 'schedule' | 'time'>,
  context: z.RefinementCtx,
) {
  const allowed = SCHEDULES_OF[card.parametrisation];
  const { kind } = card.schedule;
  if (allowed && !allowed.includes(kind)) {
    const message = `"${card.parametrisation}" is defined under a schedule of kind ${allowed.join(' or ')}, not ${kind}`;
    context.addIssue({ code: 'custom', path: ['parametrisation'], message });
  }
  if (card.time.form === 'none' && card.inputs.time !== undefined) {
    const message = `"none" says that the network is told no noise level, but inputs.time is "${card.inputs.time}"`;
    context.addIssue({ code: 'custom', path: ['time', 'form'], message });
  }
  const needed = SCHEDULES_OF_TIME[card.time.form];
  if (needed && !needed.includes(kind)) {
    const message = `a schedule of kind ${kind} has no "${card.time.form}"; ${needed.join(' and ')} have`;
    context.addIssue({ code: 'custom', path: ['time', 'form'], message });
  }
}

export type DiffusionCard = z.infer<typeof diffusionCard>;

export type LatentCard = z.infer<typeof latentCard>;

export type CompressiveCard = z.infer<typeof compressiveCard>;

export type MaskedCard = z.infer<typeof maskedCard>;

/** What the files of a prior are and how its numbers are read: the content of `card.json`. */
export type Card = DiffusionCard | LatentCard | CompressiveCard | MaskedCard;

/** A network and how it is called. */
export type NetworkCard = z.infer<typeof networkCard>;

/** A file that a card names. */
export type FileCard = z.infer<typeof file>;

export type ScheduleCard = z.infer<typeof schedule>;

export type BetasCard = z.infer<typeof betas>;
