/** Folders of models with files that are missing, damaged, of another kind or far too large in what they claim. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, it } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { damaged, expectSentence, parameters, strangeValues, tally } from './damage.js';

const { count, print } = tally('model folders');
afterAll(print);

const network = readFileSync('test/fixtures/onnx/diffusers-unet2d-legacy-17/model.onnx');
const INDEX = { _class_name: 'DDPMPipeline', unet: ['diffusers', 'UNet2DModel'] };
const UNET = {
  ...{ _class_name: 'UNet2DModel', in_channels: 3, out_channels: 3, sample_size: 16 },
  ...{ down_block_types: ['DownBlock2D', 'AttnDownBlock2D'], block_out_channels: [8, 8] },
  ...{ attention_head_dim: 8, cross_attention_dim: 8, norm_num_groups: 4, layers_per_block: 1 },
};
const SCHEDULER = {
  ...{ _class_name: 'DDPMScheduler', num_train_timesteps: 1000, beta_start: 1e-4, beta_end: 0.02 },
  ...{ beta_schedule: 'linear', prediction_type: 'epsilon', trained_betas: null },
};
const CONFIGS = {
  'model_index.json': INDEX,
  'unet/config.json': UNET,
  'scheduler/scheduler_config.json': SCHEDULER,
} as const;
type Config = keyof typeof CONFIGS;
const names = Object.keys(CONFIGS) as Config[];

/** By name what lies in a folder; undefined: nothing, null: a folder. */
type Files = Readonly<Record<string, string | Uint8Array | null | undefined>>;

const strange = fc.oneof(
  strangeValues,
  fc.constantFrom<unknown>(
    new Array(5000).fill('DownBlock2D'),
    [1e9, 1e9],
    'sigmoid',
    'v_prediction',
    'EulerDiscreteScheduler',
    'PixArtAlphaPipeline',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

/** One field of one configuration. */
const field: fc.Arbitrary<Files> = fc
  .constantFrom(...names)
  .chain((name) =>
    fc
      .tuple(
        fc.constantFrom(
          ...Object.keys(CONFIGS[name]),
          'patch_size',
          'hidden_size',
          'num_embeds_ada_norm',
          'rescale_betas_zero_snr',
        ),
        strange,
      )
      .map(([key, value]) => ({ [name]: JSON.stringify({ ...CONFIGS[name], [key]: value }) })),
  );

const bytes: fc.Arbitrary<Files> = fc.oneof(
  fc
    .constantFrom(...names)
    .chain((name) =>
      damaged([Buffer.from(JSON.stringify(CONFIGS[name]))]).map((content) => ({ [name]: content })),
    ),
  damaged([network]).map((content) => ({ 'unet/model.onnx': content })),
);

/** Files that say how large their weights are, as safetensors do: eight bytes of length, then JSON. */
const claims = (length: bigint, header: object) =>
  Buffer.concat([Buffer.from(BigUint64Array.of(length).buffer), Buffer.from(JSON.stringify(header))]);
const huge = { w: { dtype: 'F32', shape: [1e12, 1e12], data_offsets: [0, 4e24] } };
const beside: fc.Arbitrary<Files> = fc
  .tuple(
    fc.constantFrom(
      'unet/diffusion_pytorch_model.safetensors',
      'unet/model.onnx_data',
      'vae_decoder/config.json',
      'text_encoder/model.onnx',
      'tokenizer/vocab.json',
      'card.json',
      'transformer/config.json',
      'vae/config.json',
    ),
    fc.constantFrom(
      claims(2n ** 60n, huge),
      claims(64n, huge),
      Buffer.alloc(0),
      Buffer.from('{'),
      Buffer.from('['.repeat(100_000)),
      Buffer.from('{"latent_channels": 4, "block_out_channels": [1e9]}'),
    ),
  )
  .map(([name, content]) => ({ [name]: content }));
const removed: fc.Arbitrary<Files> = fc
  .tuple(fc.constantFrom(...names, 'unet/model.onnx', 'unet'), fc.constantFrom(undefined, null, ''))
  .map(([name, content]) => ({ [name]: content }));

function write(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(content === null ? path : dirname(path), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(path, content);
  }
}

async function tried(changes: readonly Files[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'retrodict-fuzz-'));
  write(folder, { 'unet/model.onnx': network });
  for (const name of names) write(folder, { [name]: JSON.stringify(CONFIGS[name]) });
  try {
    for (const files of changes) write(folder, files);
    const prior = await loadPrior(folder, { timeout: 10 }).catch((error: unknown) => error);
    if (prior instanceof Error) {
      expectSentence(prior);
      count('refused');
    } else {
      await (prior as { close(): Promise<void> }).close();
      count('loaded');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('a folder of a model', () => {
  it('that is strange or damaged is loaded or refused in a sentence', async () => {
    const changes = fc.array(fc.oneof({ weight: 3, arbitrary: field }, bytes, beside, removed), {
      minLength: 1,
      maxLength: 2,
    });
    await fc.assert(fc.asyncProperty(changes, tried), parameters(20));
  });
});
