/** What cards say of the text encoders of folders; that they agree with PyTorch is in test/models/exports.test.ts. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textCard } from '../../../models/diffusers/text.js';

const fixtures = 'test/fixtures/priors';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retrodict-texts-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function changed(name: string, change: (at: string) => Promise<unknown>): Promise<string> {
  const at = await mkdtemp(join(folder, `${name}-`));
  await cp(join(fixtures, name), at, { recursive: true });
  await change(at);
  return at;
}

describe('textCard', () => {
  it('of Stable Diffusion: the last states of one encoder', async () => {
    const card = await textCard(`${fixtures}/stable-diffusion`);
    expect(card).toMatchObject({ output: 'last_hidden_state', length: 77, guidance: 7.5 });
    expect([card.further, card.padTo, card.image]).toEqual([undefined, undefined, undefined]);
  });

  it('of SDXL: the last states but one of two, and the second sums up', async () => {
    const card = await textCard(`${fixtures}/sdxl`);
    expect(card).toMatchObject({ output: 'hidden_states.1', guidance: 5, zeroNegative: true });
    expect(card.pooled).toBeUndefined();
    expect(card.further).toMatchObject([{ output: 'hidden_states.1', pooled: 'text_embeds', padding: '!' }]);
  });

  it('of Stable Diffusion 3: two of CLIP that sum up, and a T5 behind; also without it', async () => {
    const card = await textCard(`${fixtures}/sd3`);
    expect(card).toMatchObject({ pooled: 'text_embeds', padTo: [333, 24], guidance: 7 });
    expect(card.further!.map(({ output, length }) => [output, length])).toEqual([
      ['hidden_states.1', 77],
      ['last_hidden_state', 256],
    ]);
    const without = await changed('sd3', (at) => rm(join(at, 'text_encoder_3'), { recursive: true }));
    expect(await textCard(without)).toMatchObject({ padTo: [333, 24], further: [{ length: 77 }] });
  });

  it('an image encoder beside it is taken as CLIP’s where nothing is said', async () => {
    // Any graph that answers a row: the second encoder's of SDXL.
    const at = await changed('stable-diffusion', async (to) => {
      await mkdir(join(to, 'image_encoder'));
      await cp(join(fixtures, 'sdxl/text_encoder_2/model.onnx'), join(to, 'image_encoder/model.onnx'));
      await writeFile(join(to, 'image_encoder/config.json'), '{}');
    });
    const { image } = await textCard(at);
    expect(image).toMatchObject({
      size: 224,
      output: 'text_embeds',
      mean: [0.48145466, 0.4578275, 0.40821073],
    });
  });

  it('what lacks the states of its layers is refused by the name of the file', async () => {
    const at = await changed('sdxl', (to) =>
      cp(join(fixtures, 'stable-diffusion/text_encoder/model.onnx'), join(to, 'text_encoder/model.onnx')),
    );
    await expect(textCard(at)).rejects.toThrow(
      /text_encoder\/model\.onnx answers .*; expected every layer's states \(hidden_states\)\./,
    );
  });
});
