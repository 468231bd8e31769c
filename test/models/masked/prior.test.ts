import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPrior } from '../../../models/load.js';
import { embed, type Tokens, tokenGrid, withIds } from '../../../models/masked/tokens.js';
import { cut } from '../../../models/padding.js';
import type { MaskedPrior, Prior } from '../../../models/prior.js';
import { type FloatArray, mapArray, zeros } from '../../../src/core/array.js';
import { psnr } from '../../../src/core/metrics.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';
import { encodeNpy } from '../../../src/io/npy.js';

const SHIPPED = 'models/weights/photo-masked';
const folders: string[] = [];

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'retrodict-masked-'));
  folders.push(made);
  return made;
}

function masked(prior: Prior): MaskedPrior {
  if (prior.kind !== 'masked') throw new Error(`found a prior of kind ${prior.kind}`);
  return prior;
}

/** Smooth waves of colour. */
function picture(height: number, width: number): FloatArray {
  return mapArray(zeros([3, height, width]), (_, i) => {
    const [c, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    return 0.5 + 0.3 * Math.sin(0.13 * x + c) * Math.cos(0.09 * y);
  });
}

function randomTokens(height: number, width: number): Tokens {
  const random = keyedRandom(0, 'tokens', 0)('ids');
  return { ids: Int32Array.from({ length: height * width }, () => random.integer(512)), height, width };
}

let prior: MaskedPrior;
beforeAll(async () => {
  prior = masked(await loadPrior('photo-masked', { threads: 1 }));
}, 60_000);
afterAll(async () => {
  await prior.close();
  await Promise.all(folders.map((path) => rm(path, { recursive: true })));
});

describe('photo-masked', () => {
  it('turns an image of any size into tokens and back, also one that is smaller than a token', async () => {
    const image = picture(44, 70);
    const tokens = await prior.tokens(image);
    expect([tokens.height, tokens.width]).toEqual([12, 18]);
    expect(prior.gridOf(image.shape)).toEqual([12, 18]);
    const decoded = await prior.decodeTokens(tokens);
    expect(decoded.shape).toEqual([3, 48, 72]);
    // As its card says of photographs: 30.4 dB. Waves are easier.
    expect(psnr(cut(decoded, 0, 0, 44, 70), image)).toBeGreaterThan(30.4);
    const dot = await prior.tokens(picture(1, 2));
    expect([dot.height, dot.width]).toEqual([2, 2]);
    await expect((async () => prior.tokens(zeros([1, 8, 8])))()).rejects.toThrow(
      'images of 3 channels, not 1',
    );
  });

  it('decodes tokens as it decodes their embeddings, in a codebook of its quantiser', async () => {
    const tokens = randomTokens(4, 6);
    const [one, other] = [
      await prior.decodeTokens(tokens),
      await prior.decode(embed(tokens, prior.codebook)),
    ];
    expect(one.data).toEqual(other.data);
    expect(prior.codebook.shape).toEqual([512, 3]);
    expect(prior.residual).toBeCloseTo(0.03, 3);
  });

  it('knows hidden tokens of a picture better than chance, and its twin those that were changed', async () => {
    const tokens = await prior.tokens(picture(64, 64));
    const hidden = withIds(
      tokens,
      tokens.ids.map((id, i) => (i % 7 === 0 ? 512 : id)),
    );
    const nats = (logits: FloatArray, i: number) => {
      const own = Float64Array.from({ length: 512 }, (_, k) => logits.data[256 * k + i]);
      const most = Math.max(...own);
      return most + Math.log(own.reduce((sum, x) => sum + Math.exp(x - most), 0)) - own[tokens.ids[i]];
    };
    const asked = [0, 49, 70, 119, 168, 217];
    const mean = (logits: FloatArray) => asked.reduce((sum, i) => sum + nats(logits, i), 0) / asked.length;
    expect(mean(await prior.logits(hidden))).toBeLessThan(4.8);
    expect(mean(await prior.uniformLogits!(tokens, 0.01))).toBeLessThan(1);
    expect(prior.sigmaRange).toEqual([0.001, 5]);
  });

  it('decodes a change to the same bits as the whole', async () => {
    const before = randomTokens(40, 44);
    const whole = await prior.decodeTokens(before);
    const regions = [
      { top: 0, left: 0, height: 1, width: 1 },
      { top: 19, left: 21, height: 1, width: 1 },
      { top: 39, left: 3, height: 1, width: 2 },
      { top: 7, left: 30, height: 3, width: 5 },
    ];
    for (const region of regions) {
      const ids = before.ids.slice();
      for (let y = 0; y < region.height; y++)
        for (let x = 0; x < region.width; x++) {
          ids[(region.top + y) * 44 + region.left + x] = (ids[0] + 100 + x) % 512;
        }
      const after = withIds(before, ids);
      const [local, truth] = [await prior.redecode(after, region, whole), await prior.decodeTokens(after)];
      expect(local.data).toEqual(truth.data);
      expect(truth.data).not.toEqual(whole.data);
    }
  });

  it('differentiates its decoder', async () => {
    const at = embed(randomTokens(4, 4), prior.codebook);
    const { value, pullback, release } = await prior.linearizeDecode!(at);
    const v = keyedRandom(0, 'decode', 0)('v').normals(value.shape);
    const w = keyedRandom(0, 'decode', 0)('w').normals(at.shape);
    const moved = (step: number) => prior.decode(mapArray(at, (x, i) => x + step * w.data[i]));
    const [above, below] = [await moved(0.005), await moved(-0.005)];
    const forward = (dot(above.data, v.data) - dot(below.data, v.data)) / 0.01;
    const backward = dot((await pullback(v)).data, w.data);
    release();
    expect(Math.abs(forward - backward)).toBeLessThan(0.01 * Math.abs(forward) + 0.01);
  });

  it('takes no tokens that there are not', async () => {
    await expect(prior.decodeTokens(tokenGrid([2, 2], 512))).rejects.toThrow('token 0 is hidden');
    await expect(prior.logits(tokenGrid([2, 2], 513))).rejects.toThrow('token 0 is 513');
    await expect(prior.decode(zeros([2, 2, 2]))).rejects.toThrow('embeddings of 3 channels, not 2×2×2');
  });
});

interface ShippedCard {
  graphs: Record<string, { path: string; sha256: string } | undefined>;
  tokens: object;
  outputs: object;
  inputs: object;
}

describe('broken cards', () => {
  const changed = async (change: (card: ShippedCard, directory: string) => unknown) => {
    const directory = await folder();
    await cp(SHIPPED, directory, { recursive: true });
    const path = join(directory, 'card.json');
    const card = JSON.parse(await readFile(path, 'utf8'));
    await change(card, directory);
    await writeFile(path, JSON.stringify(card));
    return directory;
  };
  const broken = async (change: (card: ShippedCard, directory: string) => unknown) =>
    expect(changed(change).then((directory) => loadPrior(directory, { threads: 1 }))).rejects;
  const withBook = async (card: ShippedCard, directory: string, book: FloatArray) => {
    const bytes = encodeNpy(book);
    await writeFile(join(directory, 'codebook.npy'), bytes);
    card.graphs.codebook!.sha256 = createHash('sha256').update(bytes).digest('hex');
  };

  it('with a codebook whose size is not the logits’', async () => {
    await (await broken((card, directory) => withBook(card, directory, zeros([256, 3])))).toThrow(
      'the codebook of photo-masked is 256×3; its card says 512 tokens.',
    );
    await (await broken((card) => Object.assign(card, { quantiser: { kind: 'lfq', bits: 8 } }))).toThrow(
      'the quantiser has 256 entries, and the card 512 tokens',
    );
    const small = (card: ShippedCard, directory: string) => {
      Object.assign(card, { quantiser: { kind: 'vq' } });
      Object.assign(card.tokens, { count: 256, mask: 256 });
      return withBook(card, directory, zeros([256, 3]));
    };
    await (await broken(small)).toThrow('masked.onnx gives 512 logits a token; its card says 256 tokens.');
  });

  it('with a mask among the tokens, no names or levels of the twin, or another output', async () => {
    await (await broken((card) => Object.assign(card.tokens, { mask: 3 }))).toThrow(
      'must be none of the tokens',
    );
    await (await broken((card) => Object.assign(card, { sigmaRange: undefined }))).toThrow(
      'needs inputs.uniform, outputs.uniform and sigmaRange',
    );
    await (await broken((card) => Object.assign(card.outputs, { masked: ['y'] }))).toThrow('no output "y"');
    await (await broken((card) => Object.assign(card.tokens, { stride: 3 }))).toThrow(
      'must divide sizeMultiple',
    );
  });

  it('and one without twin, codebook file and reach, which is as good', async () => {
    const directory = await changed((card) => {
      card.graphs.uniform = undefined;
      card.graphs.codebook = undefined;
      Object.assign(card.tokens, { reach: undefined });
    });
    const plain = masked(await loadPrior(directory, { threads: 1 }));
    try {
      expect(plain.uniformLogits).toBeUndefined();
      expect([...plain.codebook.data]).toEqual([...prior.codebook.data].map((x) => expect.closeTo(x, 6)));
      const [before, after] = [tokenGrid([4, 4], 3), tokenGrid([4, 4], 5)];
      const one = withIds(before, before.ids.with(5, 5));
      const local = await plain.redecode(
        one,
        { top: 1, left: 1, height: 1, width: 1 },
        await plain.decodeTokens(before),
      );
      expect(local.data).toEqual((await plain.decodeTokens(one)).data);
      expect(local.data).not.toEqual((await plain.decodeTokens(after)).data);
    } finally {
      await plain.close();
    }
  });

  it('and a tile, which it cannot be seen in', async () => {
    await expect(loadPrior('photo-masked', { tile: 128 })).rejects.toThrow('cannot be tiled');
  });
});
