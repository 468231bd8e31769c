/** The text encoders of a folder in the layout of diffusers: one, SDXL's two or Stable Diffusion 3's three. */
import { join } from 'node:path';
import { z } from 'zod';
import type { LatentCard } from '../card.js';
import { exists, fileCard } from '../files.js';
import { type exportedGraph as Exported, exportedGraph, readConfig } from './folder.js';

type TextCard = NonNullable<LatentCard['text']>;
type EncoderCard = NonNullable<TextCard['further']>[number];
type Graph = Awaited<ReturnType<typeof Exported>>['graph'];

const token = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)]);

const tokenizerConfig = z.object({
  model_max_length: z.int().min(2).default(77),
  pad_token: token.nullish(),
});

const imageConfig = z.object({ image_size: z.int().min(8).default(224) });

const colours = z.tuple([z.number(), z.number(), z.number()]);

/** Defaults are CLIP's. */
const preprocessorConfig = z.object({
  image_mean: colours.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: colours.default([0.26862954, 0.26130258, 0.27577711]),
});

/** What the pipelines of these do by default. */
const SDXL = { guidance: 5 };
const SD3 = { guidance: 7, tokensOfT5: 256 };

/** @throws Error naming the file that is missing or says what is not supported. */
export async function textCard(directory: string): Promise<TextCard> {
  const [two, transformer] = [
    await exists(join(directory, 'text_encoder_2')),
    await exists(join(directory, 'transformer')),
  ];
  if (!two)
    return { ...(await encoderCard(directory, '', 'last')), ...(await imageCard(directory)), guidance: 7.5 };
  const [first, second] = [
    await encoderCard(directory, '', 'penultimate'),
    await encoderCard(directory, '_2', 'penultimate'),
  ];
  if (!transformer) {
    const { pooled: _, ...widthOnly } = first;
    const { force_zeros_for_empty_prompt: zeroNegative } = await readConfig(
      directory,
      'model_index.json',
      z.object({ force_zeros_for_empty_prompt: z.boolean().default(true) }),
    );
    return { ...widthOnly, further: [second], zeroNegative, guidance: SDXL.guidance };
  }
  const third = await exists(join(directory, 'text_encoder_3'));
  const further = [second, ...(third ? [await t5Card(directory)] : [])];
  const { joint_attention_dim: width } = await readConfig(
    directory,
    'transformer/config.json',
    z.object({ joint_attention_dim: z.int().min(1) }),
  );
  return { ...first, further, padTo: [first.length + SD3.tokensOfT5, width], guidance: SD3.guidance };
}

async function t5Card(directory: string): Promise<EncoderCard> {
  const { pooled: _, ...card } = await encoderCard(directory, '_3', 'last');
  return { ...card, length: SD3.tokensOfT5 };
}

/** @param suffix of the names of its folders. @param layer whose states are wanted. */
async function encoderCard(
  directory: string,
  suffix: string,
  layer: 'last' | 'penultimate',
): Promise<EncoderCard> {
  const { graph, ...files } = await exportedGraph(directory, `text_encoder${suffix}`);
  const output = layer === 'last' ? ofTokens(graph)[0] : penultimate(graph);
  if (output === undefined) {
    const found = graph.outputs.map(({ name }) => name).join(', ');
    const wanted = layer === 'last' ? 'an embedding of every token' : "every layer's states (hidden_states)";
    throw new Error(`${directory}/text_encoder${suffix}/model.onnx answers ${found}; expected ${wanted}.`);
  }
  const tokenizer = `tokenizer${suffix}`;
  const whole = (await exists(join(directory, tokenizer, 'tokenizer.json'))) ? ['tokenizer.json'] : undefined;
  const names = whole ?? ['vocab.json', 'merges.txt'];
  const said = await readConfig(directory, `${tokenizer}/tokenizer_config.json`, tokenizerConfig);
  return {
    ...files,
    input: graph.inputs[0].name,
    output,
    ...(layer === 'penultimate' && { pooled: graph.outputs.find(({ dims }) => dims?.length === 2)?.name }),
    tokenizer: await Promise.all(names.map((name) => fileCard(directory, `${tokenizer}/${name}`))),
    length: said.model_max_length,
    padding: said.pad_token ?? '<|endoftext|>',
  };
}

const ofTokens = ({ outputs }: Graph): string[] =>
  outputs.filter(({ dims }) => dims?.length === 3).map(({ name }) => name);

/** The states of the last layer but one, as Optimum names them: hidden_states.0 is what the first layer takes. */
function penultimate(graph: Graph): string | undefined {
  const layers = ofTokens(graph)
    .flatMap((name) => /^hidden_states\.(\d+)$/.exec(name) ?? [])
    .filter((part) => /^\d+$/.test(part))
    .map(Number);
  return layers.length < 2 ? undefined : `hidden_states.${Math.max(...layers) - 1}`;
}

/** An image encoder beside a text encoder, which lets solvers look what an image shows. */
async function imageCard(directory: string): Promise<Pick<TextCard, 'image'>> {
  if (!(await exists(join(directory, 'image_encoder')))) return {};
  const { graph, ...files } = await exportedGraph(directory, 'image_encoder');
  const output = graph.outputs.find(({ dims }) => dims?.length === 2);
  if (!output) {
    const found = graph.outputs.map(({ name }) => name).join(', ');
    throw new Error(`${directory}/image_encoder/model.onnx answers ${found}; expected one row for an image.`);
  }
  const { image_size: size } = await readConfig(directory, 'image_encoder/config.json', imageConfig);
  const said = (await exists(join(directory, 'feature_extractor/preprocessor_config.json')))
    ? await readConfig(directory, 'feature_extractor/preprocessor_config.json', preprocessorConfig)
    : preprocessorConfig.parse({});
  return {
    image: {
      ...files,
      input: graph.inputs[0].name,
      output: output.name,
      size,
      mean: said.image_mean,
      sd: said.image_std,
    },
  };
}
