import { expect, it } from 'vitest';
import { codecCards } from '../../../models/diffusers/codec.js';
import { fill, temporaryFolder } from '../../io/folders.js';
import { model, node } from '../tiny-models.js';

/** A network from an image or code to one of so many channels. */
const graph = (channels: number) =>
  model({
    nodes: [node('Identity', ['in'], ['out'])],
    inputs: [{ name: 'in', type: 'float32', dims: [1, 4, 'h', 'w'] }],
    outputs: [{ name: 'out', type: 'float32', dims: [1, channels, 'h', 'w'] }],
  });
const config = {
  latent_channels: 4,
  block_out_channels: [32, 64, 64],
  scaling_factor: 0.5,
  shift_factor: 0.1,
};

it('reads size, scale and shift of the codes, and whether the encoder gives a distribution', async () => {
  const folder = temporaryFolder();
  fill(folder, {
    'vae_decoder/config.json': JSON.stringify(config),
    'vae_decoder/model.onnx': graph(3),
    'vae_encoder/model.onnx': graph(8),
  });
  expect(await codecCards(folder)).toMatchObject({
    ...{ channels: 3, codeChannels: 4, downsampling: 4, scale: 0.5, shift: 0.1 },
    encoder: { input: 'in', output: 'out', moments: true },
    decoder: { model: { path: 'vae_decoder/model.onnx' } },
  });
  fill(folder, { 'vae_encoder/model.onnx': graph(4) });
  expect((await codecCards(folder))?.encoder?.moments).toBe(false);
});

it('a folder without an autoencoder has none', async () => {
  expect(await codecCards(temporaryFolder())).toBeUndefined();
});

it('codes that are scaled channel by channel are refused', async () => {
  const folder = temporaryFolder();
  const scaled = { ...config, latents_mean: [0, 0, 0, 0] };
  fill(folder, { 'vae_decoder/config.json': JSON.stringify(scaled), 'vae_decoder/model.onnx': graph(3) });
  await expect(codecCards(folder)).rejects.toThrow('codes scaled channel by channel are not supported');
});
