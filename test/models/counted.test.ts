import { describe, expect, it } from 'vitest';
import { type Counters, counted } from '../../models/counted.js';
import { GaussianMixture, mixturePrior } from '../../models/mixture.js';
import type { Conditioning, DiffusionPrior, LatentPrior, MaskedPrior } from '../../models/prior.js';
import { type FloatArray, floatArray } from '../../src/core/array.js';
import { tokenPrior } from '../solvers/three-tokens.js';

const diffusion = mixturePrior(new GaussianMixture([{ weight: 1, mean: [0.5, 0], covariance: 1 }]));
const x = floatArray(Float32Array.of(1, 2), [1, 1, 2]);
const asItIs = async (value: FloatArray) => ({ value, pullback: (v: FloatArray) => v, release() {} });
const asked: (Conditioning | string | undefined)[] = [];
const latent: LatentPrior = {
  kind: 'latent',
  name: 'codes',
  channels: 1,
  downsampling: 1,
  codes: diffusion,
  encode: async (image) => image,
  decode: async (code) => code,
  linearizeDecode: asItIs,
  async condition(text, options) {
    asked.push(text, options);
    return latent;
  },
  close: async () => {},
};
const none = (): Counters => ({ networkEvaluations: 0, vjps: 0 });
const nowhere = floatArray(Float32Array.of(1, Number.NaN), [1, 1, 2]);

describe('counted', () => {
  it('counts each run of a network and each product with it, and changes neither', async () => {
    const counters = none();
    const prior = counted(diffusion, counters) as DiffusionPrior;
    expect((await prior.denoise(x, 1)).data).toEqual((await diffusion.denoise(x, 1)).data);
    expect(counters).toEqual({ networkEvaluations: 1, vjps: 0 });
    const [ours, truth] = [await prior.linearize!(x, 1), await diffusion.linearize!(x, 1)];
    expect(ours.value.data).toEqual(truth.value.data);
    expect(counters).toEqual({ networkEvaluations: 2, vjps: 0 });
    expect((await ours.pullback(x)).data).toEqual((await truth.pullback(x)).data);
    await ours.pullback(x);
    ours.release();
    expect(counters).toEqual({ networkEvaluations: 2, vjps: 2 });
    const { linearize: _, ...without } = diffusion;
    expect((counted(without, none()) as DiffusionPrior).linearize).toBeUndefined();
  });

  it('counts the model of codes and the decoder of a latent prior, also of one that is told a text', async () => {
    const counters = none();
    const prior = counted(latent, counters) as LatentPrior;
    const told = (await prior.condition!('a cat', { guidance: 2 })) as LatentPrior;
    expect(asked).toEqual(['a cat', { guidance: 2 }]);
    for (const one of [prior, told]) {
      Object.assign(counters, none());
      await one.encode!(x);
      expect(counters).toEqual(none());
      await one.codes.denoise(x, 1);
      await one.decode(x);
      expect(counters).toEqual({ networkEvaluations: 2, vjps: 0 });
      await (await one.linearizeDecode!(x)).pullback(x);
      expect(counters).toEqual({ networkEvaluations: 3, vjps: 1 });
    }
    const { linearizeDecode: _, condition: __, ...plain } = latent;
    const without = counted(plain, none()) as LatentPrior;
    expect([without.linearizeDecode, without.condition]).toEqual([undefined, undefined]);
  });

  it('counts an image that is seen in parts once', async () => {
    const counters = none();
    const inParts: DiffusionPrior['inParts'] = async (arrays, work) => {
      await work(arrays, diffusion, 0, 2);
      return work(arrays, diffusion, 1, 2);
    };
    const prior = counted({ ...diffusion, inParts }, counters) as DiffusionPrior;
    const seen: number[][] = [];
    await prior.inParts!([x], async ([part], inner, number, of) => {
      seen.push([number, of]);
      return [await inner.denoise(part, 1)];
    });
    expect(seen).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(counters).toEqual({ networkEvaluations: 1, vjps: 0 });
    expect((counted(diffusion, none()) as DiffusionPrior).inParts).toBeUndefined();
  });

  it('names the part that gives values that are not finite', async () => {
    const wrong: DiffusionPrior = {
      ...diffusion,
      denoise: async () => nowhere,
      linearize: async () => ({ value: x, pullback: () => nowhere, release() {} }),
    };
    const prior = counted(wrong, none()) as DiffusionPrior;
    await expect(prior.denoise(x, 1)).rejects.toThrow('the prior gaussian-mixture gives NaN');
    const { pullback } = await prior.linearize!(x, 1);
    await expect(pullback(x)).rejects.toThrow('the gradient of the prior gaussian-mixture gives NaN');
    const codes = counted({ ...latent, decode: async () => nowhere }, none()) as LatentPrior;
    await expect(codes.decode(x)).rejects.toThrow('the decoder of prior codes gives NaN');
  });

  it('counts all networks of a masked prior, and holds them to numbers', async () => {
    const counters = none();
    const prior = counted(tokenPrior(), counters) as MaskedPrior;
    const tokens = { ids: Int32Array.of(0, 1, 2), height: 1, width: 3 };
    const image = await prior.decodeTokens(tokens);
    await prior.redecode(tokens, { top: 0, left: 0, height: 1, width: 1 }, image);
    // Of three tokens that are all given, the others have no chance: −∞ is a logit.
    expect((await prior.logits(tokens)).data[1]).toBe(Number.NEGATIVE_INFINITY);
    await prior.uniformLogits!(tokens, 1);
    expect(counters).toEqual({ networkEvaluations: 4, vjps: 0 });
    (await prior.linearizeDecode!(floatArray(Float32Array.of(0, 1, 2), [1, 1, 3]))).pullback(image);
    expect(counters).toEqual({ networkEvaluations: 5, vjps: 1 });
    const lost = floatArray(Float32Array.of(0, Number.NaN), [2, 1, 1]);
    const broken = { ...tokenPrior(), logits: async () => lost };
    await expect((counted(broken, none()) as MaskedPrior).logits(tokens)).rejects.toThrow(
      'the prior three tokens gives the logit NaN (value 1)',
    );
  });
});
