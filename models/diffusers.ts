/**
 * Folders as 🤗 diffusers lays them out and Optimum exports them: `model_index.json`, `scheduler/scheduler_config.json`,
 * `unet/config.json`, `unet/model.onnx`. What our card says is read from them; field names and defaults are those of
 * diffusers' schedulers. Pipelines in pixel space only.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { type Card, parseCard } from './card.js';
import { readModel } from './onnx/proto/read.js';
import { alphasCumprod } from './schedule.js';

const INDEX = 'model_index.json';

const networkConfig = z.object({
  _class_name: z.string().optional(),
  in_channels: z.int().min(1),
  out_channels: z.int().min(1),
  down_block_types: z.array(z.string()).min(1),
});

const schedulerConfig = z.object({
  _class_name: z.string(),
  num_train_timesteps: z.int().min(2).default(1000),
  beta_start: z.number().default(1e-4),
  beta_end: z.number().default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid']).default('linear'),
  trained_betas: z.array(z.number()).nullish(),
  prediction_type: z.enum(['epsilon', 'sample', 'v_prediction']).default('epsilon'),
  rescale_betas_zero_snr: z.boolean().default(false),
  sigma_min: z.number().positive().optional(),
  sigma_max: z.number().positive().optional(),
  sigma_data: z.number().positive().default(0.5),
});

type Scheduler = z.infer<typeof schedulerConfig>;

type Training = Pick<Card, 'parametrisation' | 'schedule' | 'time' | 'valueRange' | 'sigmaRange'>;

/** Whether a folder is laid out as diffusers does. */
export async function isDiffusersFolder(directory: string): Promise<boolean> {
  return exists(join(directory, INDEX));
}

/**
 * The card that the configuration files of a diffusers folder amount to. Hashes are taken of the files as they are.
 * @throws Error naming the file that is missing or says what is not supported: latent and text-conditioned models,
 * unknown schedulers.
 */
export async function diffusersCard(directory: string): Promise<Card> {
  const pipeline = await readConfig(directory, INDEX, z.object({ _class_name: z.string() }));
  for (const part of ['vae', 'vae_decoder', 'vqvae', 'text_encoder']) {
    if (!(await exists(join(directory, part)))) continue;
    throw new Error(
      `${directory} is a ${pipeline._class_name} with ${part}/: only diffusion models of pixels without text are supported.`,
    );
  }
  const network = await readConfig(directory, 'unet/config.json', networkConfig);
  const scheduler = await readConfig(directory, 'scheduler/scheduler_config.json', schedulerConfig);
  const { in_channels: channels, out_channels: answered, down_block_types: levels } = network;
  if (answered !== channels && answered !== 2 * channels) {
    throw new Error(
      `${join(directory, 'unet/config.json')} says ${channels} channels in and ${answered} out; expected ` +
        `${channels}, or ${2 * channels} where the variance is learned.`,
    );
  }
  const name = basename(resolve(directory));
  const card = {
    format: 1,
    kind: 'diffusion',
    name,
    summary: `a ${pipeline._class_name} in the layout of diffusers`,
    model: await file(directory, 'unet/model.onnx'),
    externalData: await externalData(directory),
    ...(await graphNames(directory)),
    channels,
    learnedSigma: answered === 2 * channels,
    // Every level but the last halves the image.
    sizeMultiple: 2 ** (levels.length - 1),
    ...training(scheduler, join(directory, 'scheduler/scheduler_config.json')),
    data: 'not said by the folder',
    licence: 'not said by the folder',
    training: `read from ${INDEX} and the configuration files beside it`,
    scores: [],
  };
  return parseCard(JSON.stringify(card), `the configuration in ${directory}`);
}

/** How the network was trained, in our terms. */
function training(scheduler: Scheduler, source: string): Training {
  const { _class_name: kind, num_train_timesteps: steps } = scheduler;
  const symmetric = [-1, 1] as const;
  if (kind === 'FlowMatchEulerDiscreteScheduler') {
    // Its times 1 … steps stand for t = 1/steps … 1.
    return {
      parametrisation: 'flow',
      schedule: { kind: 'flow' },
      time: { form: 't', scale: steps },
      valueRange: symmetric,
      sigmaRange: [1 / (steps - 1), steps - 1],
    };
  }
  if (kind === 'EDMEulerScheduler' || kind === 'EDMDPMSolverMultistepScheduler') {
    if (scheduler.prediction_type !== 'epsilon') {
      throw new Error(
        `${source}: ${kind} with prediction_type ${scheduler.prediction_type} is not supported.`,
      );
    }
    return {
      parametrisation: 'edm',
      schedule: { kind: 'edm', sigmaData: scheduler.sigma_data },
      time: { form: 'quarter-log-sigma', scale: 1 },
      valueRange: symmetric,
      sigmaRange: [scheduler.sigma_min ?? 0.002, scheduler.sigma_max ?? 80],
    };
  }
  if (kind === 'ScoreSdeVeScheduler') {
    return {
      parametrisation: 'score',
      schedule: { kind: 've' },
      time: { form: 'sigma', scale: 1 },
      valueRange: [0, 1],
      sigmaRange: [scheduler.sigma_min ?? 0.01, scheduler.sigma_max ?? 1348],
    };
  }
  if (!/^(DDPM|DDIM|PNDM|DPMSolver|UniPC|LMS|Euler|Heun|KDPM2|DEIS)/.test(kind)) {
    throw new Error(
      `${source} names the scheduler ${kind}, which is not known: expected one of DDPM's family, ` +
        `EDMEulerScheduler, ScoreSdeVeScheduler or FlowMatchEulerDiscreteScheduler.`,
    );
  }
  const table = varianceTable(scheduler);
  const alphas = alphasCumprod(table);
  const sigma = (alpha: number) => Math.sqrt((1 - alpha) / alpha);
  return {
    parametrisation: ({ epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' } as const)[
      scheduler.prediction_type
    ],
    schedule: { kind: 'vp', table },
    time: { form: 'index', scale: 1 },
    valueRange: symmetric,
    sigmaRange: [sigma(alphas[0]), sigma(alphas[alphas.length - 1])],
  };
}

type VarianceTable = Extract<Card['schedule'], { kind: 'vp' }>['table'];

function varianceTable(scheduler: Scheduler): VarianceTable {
  const { beta_start: first, beta_end: last, num_train_timesteps: steps } = scheduler;
  const table = ((): VarianceTable => {
    if (scheduler.trained_betas) return { kind: 'betas', values: scheduler.trained_betas };
    switch (scheduler.beta_schedule) {
      case 'linear':
        return { kind: 'linear', first, last, steps };
      case 'scaled_linear':
        return { kind: 'scaled-linear', first, last, steps };
      case 'squaredcos_cap_v2':
        return { kind: 'squared-cosine', steps };
      case 'sigmoid': {
        const rise = (i: number) => 1 / (1 + Math.exp(6 - (12 * i) / (steps - 1)));
        return {
          kind: 'betas',
          values: Array.from({ length: steps }, (_, i) => first + (last - first) * rise(i)),
        };
      }
    }
  })();
  return scheduler.rescale_betas_zero_snr ? zeroTerminalSnr(table) : table;
}

/**
 * √ᾱ shifted and scaled so that the last is 0 and the first stays (Lin et al., "Common diffusion noise schedules and
 * sample steps are flawed", 2024, algorithm 1). The last, pure noise, has no σ and is left out.
 */
function zeroTerminalSnr(table: VarianceTable): VarianceTable {
  const roots = alphasCumprod(table).map(Math.sqrt);
  const [first, last] = [roots[0], roots[roots.length - 1]];
  const values = roots.slice(0, -1).map((root) => (((root - last) * first) / (first - last)) ** 2);
  return { kind: 'alphas', values };
}

/** The names of the network's image, time and answer. */
async function graphNames(directory: string): Promise<Pick<Card, 'inputs' | 'outputs'>> {
  const path = join(directory, 'unet/model.onnx');
  const { graph } = readModel(new Uint8Array(await readFile(path)));
  const held = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !held.has(name));
  const image = inputs.find(({ dims }) => dims?.length === 4);
  const time = inputs.find((input) => input !== image);
  if (inputs.length !== 2 || !image || !time || graph.outputs.length === 0) {
    const found = inputs.map(({ name }) => name).join(', ');
    throw new Error(`${path} takes ${found}; expected an image of four dimensions and a time step, no more.`);
  }
  return { inputs: { image: image.name, time: time.name }, outputs: { image: graph.outputs[0].name } };
}

/** Weights beside the graph, under the names that exporters give them. */
async function externalData(directory: string): Promise<Card['externalData']> {
  const names = await readdir(join(directory, 'unet'));
  const weights = names.filter((name) => /^model\.onnx[._]data$/.test(name));
  return Promise.all(weights.map((name) => file(directory, `unet/${name}`)));
}

async function file(directory: string, path: string): Promise<Card['model']> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(join(directory, path))) hash.update(chunk);
  } catch (error) {
    throw new Error(`${join(directory, path)} cannot be read: ${reason(error)}.`);
  }
  return { path, sha256: hash.digest('hex') };
}

async function readConfig<T>(directory: string, name: string, schema: z.ZodType<T>): Promise<T> {
  const path = join(directory, name);
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path} cannot be read: ${reason(error)}.`);
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${path}: ${issue.path.join('.') || 'its top'}: ${issue.message}.`);
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'there is no such file' : message;
}
