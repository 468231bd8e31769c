/** The model card: what a prior's files are and how its numbers are to be read (DESIGN §3.5). */
import { z } from 'zod';

const file = z.strictObject({
  path: z.string().describe('relative to the card'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .describe('of the whole file'),
});

const betas = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['linear', 'scaled-linear']).describe('β, or its square root, rises in equal steps'),
    first: z.number().positive().lt(1),
    last: z.number().positive().lt(1),
    steps: z.int().min(2),
  }),
  z.strictObject({ kind: z.literal('squared-cosine'), steps: z.int().min(2) }),
  z.strictObject({ kind: z.literal('betas'), values: z.array(z.number().positive().lt(1)).min(2) }),
  z.strictObject({
    kind: z.literal('alphas'),
    values: z.array(z.number().positive().lt(1)).min(2).describe('the cumulative products ᾱ, falling'),
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
  v: ['vp', 'vp-continuous'],
  edm: ['edm'],
  flow: ['flow'],
};

const SCHEDULES_OF_TIME: Readonly<Record<string, readonly string[] | undefined>> = {
  index: ['vp'],
  t: ['vp-continuous', 'flow'],
};

/** A diffusion prior. Every number in a card is in the model's own units, those of `valueRange`. */
const diffusionCard = z.strictObject({
  format: z.literal(1),
  kind: z.literal('diffusion'),
  name: z.string(),
  summary: z.string().describe('one line for `list`'),
  model: file.describe('the ONNX graph'),
  externalData: z.array(file).default([]).describe('weights that lie beside the graph'),
  inputs: z.strictObject({ image: z.string(), time: z.string() }).describe('names in the graph'),
  outputs: z.strictObject({ image: z.string() }).describe('names in the graph'),
  channels: z.int().min(1),
  valueRange: z
    .tuple([z.number(), z.number()])
    .refine(([black, white]) => white > black, 'expected [black, white] with white above black')
    .readonly()
    .describe('what black and white are to the network'),
  parametrisation: z
    .enum(['epsilon', 'x0', 'v', 'score', 'edm', 'flow'])
    .describe('what the network estimates: see parametrisation.ts'),
  learnedSigma: z
    .boolean()
    .default(false)
    .describe('the output has twice the channels; the second half is not used'),
  schedule,
  time: z
    .strictObject({
      form: z.enum(['index', 'sigma', 'quarter-log-sigma', 't']),
      scale: z.number().positive().default(1).describe('multiplies what `form` gives'),
    })
    .describe('how the network is told the noise level'),
  sigmaRange: z
    .tuple([z.number().positive(), z.number().positive()])
    .refine(([least, most]) => least < most, 'expected [least, most]')
    .readonly()
    .describe('noise levels σ = s/a that the model knows'),
  sizeMultiple: z.int().min(1),
  receptiveRadius: z
    .int()
    .min(0)
    .optional()
    .describe('pixels; absent where every pixel sees the whole image'),
  symmetry: z
    .enum(['none', 'mirror', 'dihedral'])
    .default('none')
    .describe(
      'images as likely as these: none, left and right swapped, or all eight turns and mirror images',
    ),
  data: z.string().describe('what it was trained on, and under which licences that is'),
  licence: z.string().describe('of the weights'),
  training: z.string(),
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
});

export const cardSchema = diffusionCard.superRefine((card, context) => {
  const allowed = SCHEDULES_OF[card.parametrisation];
  const { kind } = card.schedule;
  if (allowed && !allowed.includes(kind)) {
    const message = `"${card.parametrisation}" is defined under a schedule of kind ${allowed.join(' or ')}, not ${kind}`;
    context.addIssue({ code: 'custom', path: ['parametrisation'], message });
  }
  const needed = SCHEDULES_OF_TIME[card.time.form];
  if (needed && !needed.includes(kind)) {
    const message = `a schedule of kind ${kind} has no "${card.time.form}"; ${needed.join(' and ')} have`;
    context.addIssue({ code: 'custom', path: ['time', 'form'], message });
  }
});

export type Card = z.infer<typeof cardSchema>;

export type DiffusionCard = z.infer<typeof diffusionCard>;

export type ScheduleCard = z.infer<typeof schedule>;

export type BetasCard = z.infer<typeof betas>;

/**
 * Checks what a card.json holds.
 * @param source names the file in messages.
 * @throws Error naming the file and every field that is not as it should be.
 */
export function parseCard(text: string, source: string): Card {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`${source} is no JSON: ${(error as Error).message}.`);
  }
  const result = cardSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'the card'}: ${issue.message}`,
  );
  throw new Error(`${source} is no model card: ${faults.join('; ')}.`);
}
