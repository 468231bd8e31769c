/** The autoencoder and the text encoder of a folder in the layout of diffusers. */
import { join } from 'node:path';
import { z } from 'zod';
import type { LatentCard } from '../card.js';
import { exists } from '../files.js';
import { exportedGraph, readConfig } from './folder.js';
import { textCard } from './text.js';

const autoencoderConfig = z.object({
  in_channels: z.int().min(1).default(3),
  latent_channels: z.int().min(1),
  /** Every level but the last halves the image. */
  block_out_channels: z.array(z.int()).min(1),
  scaling_factor: z.number().positive().default(0.18215),
  shift_factor: z.number().nullish(),
  latents_mean: z.null({ error: 'codes scaled channel by channel are not supported' }).optional(),
});

type Codec = Pick<
  LatentCard,
  'channels' | 'valueRange' | 'downsampling' | 'scale' | 'shift' | 'encoder' | 'decoder' | 'text'
> & { readonly codeChannels: number };

/**
 * What a latent card says of autoencoder and text encoder, undefined where a folder has no autoencoder.
 * @throws Error naming the file that is missing or says what is not supported.
 */
export async function codecCards(directory: string): Promise<Codec | undefined> {
  const kind = (await first(directory, ['vae_decoder', 'vae'])) ? 'vae' : 'vqvae';
  if ((await first(directory, [`${kind}_decoder`, kind])) === undefined) return undefined;
  const configs = [`${kind}_decoder/config.json`, `${kind}/config.json`];
  const config = (await first(directory, configs)) ?? configs[0];
  const said = await readConfig(directory, config, autoencoderConfig);
  const decoder = await exportedGraph(directory, `${kind}_decoder`);
  const encoder = (await exists(join(directory, `${kind}_encoder`, 'model.onnx')))
    ? await exportedGraph(directory, `${kind}_encoder`)
    : undefined;
  return {
    channels: said.in_channels,
    valueRange: [-1, 1],
    downsampling: 2 ** (said.block_out_channels.length - 1),
    scale: said.scaling_factor,
    shift: said.shift_factor ?? 0,
    codeChannels: said.latent_channels,
    decoder: codecOf(decoder),
    ...(encoder && {
      encoder: {
        ...codecOf(encoder),
        moments: encoder.graph.outputs[0].dims?.[1] === 2 * said.latent_channels,
      },
    }),
    ...((await exists(join(directory, 'text_encoder'))) && { text: await textCard(directory) }),
  };
}

function codecOf({ graph, ...files }: Awaited<ReturnType<typeof exportedGraph>>): LatentCard['decoder'] {
  return { ...files, input: graph.inputs[0].name, output: graph.outputs[0].name };
}

async function first(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if (await exists(join(directory, name))) return name;
  return undefined;
}
