/**
 * Folders as 🤗 diffusers lays them out and Optimum exports them: `model_index.json`,
 * `scheduler/scheduler_config.json` and, each with its `config.json` and `model.onnx`, `unet/` (or `transformer/`)
 * and, of latent models, `vae_decoder/`, `vae_encoder/`, `text_encoder/` and `tokenizer/`. What our card says is read
 * from them.
 */
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Card, NetworkCard } from '../card.js';
import { parseCard } from '../card-file.js';
import { exists } from '../files.js';
import type { ValueDeclaration } from '../onnx/graph.js';
import type { GraphFiles } from '../prior-files.js';
import { codecCards } from './codec.js';
import { exportedGraph, readConfig } from './folder.js';
import { schedulerConfig, training } from './scheduler.js';

const INDEX = 'model_index.json';

const networkConfig = z.object({
  in_channels: z.int().min(1),
  out_channels: z.int().min(1).nullish(),
  /** Of a U-Net: every level but the last halves the image. */
  down_block_types: z.array(z.string()).min(1).optional(),
  /** Of a transformer. */
  patch_size: z.int().min(1).optional(),
  /** Of a consistency-distilled U-Net: the size of what tells it the scale of guidance. */
  time_cond_proj_dim: z.int().min(4).max(65_536).nullish(),
  /** Of a transformer: its classes, after which comes the one that stands for none. */
  num_embeds_ada_norm: z.int().nullish(),
});

/** Whether a folder is laid out as diffusers does. */
export async function isDiffusersFolder(directory: string): Promise<boolean> {
  return exists(join(directory, INDEX));
}

/**
 * The card that the configuration files of a diffusers folder amount to. Hashes are taken of the files as they are.
 * @throws Error naming the file that is missing or says what is not supported: several text encoders, networks with
 * further inputs, unknown schedulers.
 */
export async function diffusersCard(directory: string): Promise<Card> {
  const pipeline = await readConfig(directory, INDEX, z.object({ _class_name: z.string() }));
  const takesImages = (await exists(join(directory, 'text_encoder'))) ? [] : ['image_encoder'];
  for (const part of [...takesImages, 'controlnet']) {
    if (!(await exists(join(directory, part)))) continue;
    throw new Error(
      `${directory} is a ${pipeline._class_name} with ${part}/, which is not supported: expected a network and, ` +
        `at most, an autoencoder and text encoders.`,
    );
  }
  const part = (await exists(join(directory, 'transformer'))) ? 'transformer' : 'unet';
  const scheduler = await readConfig(directory, 'scheduler/scheduler_config.json', schedulerConfig);
  const trained = training(scheduler, join(directory, 'scheduler/scheduler_config.json'));
  const { valueRange, ...rest } = trained;
  const { sizesInput, ...taken } = await networkCard(directory, part);
  const network = { ...taken, ...rest };
  const about = {
    format: 1,
    name: basename(resolve(directory)),
    summary: `a ${pipeline._class_name} in the layout of diffusers`,
    data: 'not said by the folder',
    licence: 'not said by the folder',
    training: `read from ${INDEX} and the configuration files beside it`,
    scores: [],
  };
  const codec = await codecCards(directory);
  const takesText = network.inputs.text !== undefined;
  if (takesText && !codec?.text) {
    throw new Error(
      `${directory}/${part}/model.onnx takes an embedded text, but there is no text_encoder/model.onnx beside a vae_decoder/.`,
    );
  }
  if (codec && network.channels !== codec.codeChannels) {
    throw new Error(
      `${directory}: ${part}/ takes ${network.channels} channels and its autoencoder has codes of ${codec.codeChannels}.`,
    );
  }
  const { codeChannels: _, text, ...autoencoder } = codec ?? {};
  const card = codec
    ? {
        ...about,
        kind: 'latent',
        ...autoencoder,
        codes: sized(network, sizesInput, codec),
        ...(takesText && { text }),
      }
    : { ...about, kind: 'diffusion', ...network, valueRange };
  return parseCard(JSON.stringify(card), `the configuration in ${directory}`);
}

const sized = <T>(
  network: T,
  input: string | undefined,
  { downsampling }: { readonly downsampling: number },
) => (input === undefined ? network : { ...network, sizes: { input, scale: downsampling } });

async function networkCard(
  directory: string,
  part: string,
): Promise<
  Pick<NetworkCard, 'inputs' | 'outputs' | 'constants' | 'channels' | 'learnedSigma' | 'sizeMultiple'> &
    GraphFiles & { readonly sizesInput?: string }
> {
  const config = await readConfig(directory, `${part}/config.json`, networkConfig);
  const { in_channels: channels, down_block_types: levels, patch_size: patch } = config;
  const answered = config.out_channels ?? channels;
  if (answered !== channels && answered !== 2 * channels) {
    throw new Error(
      `${join(directory, part, 'config.json')} says ${channels} channels in and ${answered} out; expected ` +
        `${channels}, or ${2 * channels} where the variance is learned.`,
    );
  }
  const path = `${part}/model.onnx`;
  const { graph, ...files } = await exportedGraph(directory, part);
  const held = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !held.has(name));
  const ofDimensions = (...counts: number[]) =>
    inputs.filter(({ dims, name }) => dims && counts.includes(dims.length) && !isClass(name));
  const [image, text, time] = [ofDimensions(4), ofDimensions(3), ofDimensions(0, 1)];
  const classes = inputs.filter(({ name }) => isClass(name));
  const none = config.num_embeds_ada_norm;
  const guidance = inputs.filter(({ name }) => name === 'timestep_cond');
  const pooled = inputs.filter(({ name }) => name === 'text_embeds' || name === 'pooled_projections');
  const sizes = inputs.filter(
    ({ name, dims }) => name === 'time_ids' && (dims?.[1] === 6 || typeof dims?.[1] === 'string'),
  );
  const size = config.time_cond_proj_dim;
  const understood =
    image.length === 1 &&
    time.length === 1 &&
    text.length <= 1 &&
    (classes.length === 0 || none) &&
    (guidance.length === 0 || size);
  const known = [image, text, time, classes, guidance, pooled, sizes].flat();
  const outside = inputs.length - known.length;
  if (!understood || outside > 0 || graph.outputs.length === 0) {
    throw new Error(
      `${join(directory, path)} takes ${inputs.map(inWords).join(', ')}; expected an image of four dimensions and a time step, ` +
        `and at most an embedded text of three dimensions, and what SDXL and Stable Diffusion 3 take beside it.`,
    );
  }
  return {
    ...files,
    inputs: { image: image[0].name, time: time[0].name, text: text[0]?.name, pooled: pooled[0]?.name },
    sizesInput: sizes[0]?.name,
    outputs: { image: graph.outputs[0].name },
    constants: Object.fromEntries([
      ...classes.map(({ name }) => [name, none!] as const),
      ...guidance.map(({ name }) => [name, guidanceEmbedding(DISTILLED_GUIDANCE, size!)] as const),
    ]),
    channels,
    learnedSigma: answered === 2 * channels,
    sizeMultiple: patch ?? 2 ** ((levels?.length ?? 1) - 1),
  };
}

/** The scale that LCM's pipeline takes where none is given, less one as in its papers' counting. */
const DISTILLED_GUIDANCE = 8.5 - 1;

/** How a consistency-distilled network is told the scale w of guidance (Meng et al. 2023, arXiv 2210.03142). */
export function guidanceEmbedding(w: number, size: number): number[] {
  const half = Math.floor(size / 2);
  const angles = Array.from({ length: half }, (_, i) => 1000 * w * 10_000 ** (-i / (half - 1)));
  const padding = size % 2 === 1 ? [0] : [];
  return [...angles.map(Math.sin), ...angles.map(Math.cos), ...padding];
}

function isClass(input: string): boolean {
  return input === 'class_labels';
}

function inWords({ name, dims }: ValueDeclaration): string {
  return `${name} [${dims?.join(', ') ?? '?'}]`;
}
