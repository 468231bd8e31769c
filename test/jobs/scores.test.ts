import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { filled, floatArray } from '../../src/core/array.js';
import { encodeNpy } from '../../src/io/npy.js';
import { readTruth, requireTruthFolder, scoreAgainst } from '../../src/jobs/scores.js';
import type { Posterior } from '../../src/restore.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { greyPng } from '../pictures.js';

const shape = [1, 12, 12];

/** Of a solver whose spread is no uncertainty. */
const NONE = posteriorOf({ samplesPosterior: false });

function posteriorOf(change: Partial<Posterior>): Posterior {
  const [lower, upper, sd] = [0.4, 0.6, 0.1].map((value) => filled(shape, value));
  const samples = [0.4, 0.6].map((value) => filled(shape, value));
  const mean = filled(shape, 0.5);
  return {
    ...{ mean, median: mean, sd, lower, upper, samples, effectiveSamples: 2, level: 0.9 },
    ...{ samplesPosterior: true },
    ...change,
  } as Posterior;
}

describe('the folder of truths', () => {
  it('must be one, and apart from the results', async () => {
    const root = temporaryFolder();
    fill(root, { 'out/truth/a.npy': '', 'truth/a.npy': '' });
    await expect(requireTruthFolder(join(root, 'none'), join(root, 'out'))).rejects.toThrow(
      'is not a folder',
    );
    await expect(requireTruthFolder(join(root, 'out/truth'), join(root, 'out'))).rejects.toThrow(
      'so results could replace the truth',
    );
    await expect(requireTruthFolder(join(root, 'truth'), join(root, 'out'))).resolves.toBeUndefined();
  });

  it('has a file of the name of the item, whatever its format', async () => {
    const root = temporaryFolder();
    fill(root, { 'trip/a.npy': encodeNpy(filled([1, 12, 12], 0.5)), 'b.png': await greyPng(12, 12) });
    expect((await readTruth(root, 'trip/a')).array.shape).toEqual([1, 12, 12]);
    expect((await readTruth(root, 'b')).path).toBe(join(root, 'b.png'));
    await expect(readTruth(root, 'c')).rejects.toThrow(`${root} holds no truth for c`);
  });
});

describe('scores', () => {
  const grey = bind(
    problem('denoise', 'gaussian:sigma=0.1'),
    { measurementShape: [1, 12, 12] },
    { channels: 3 },
  );

  it('are of the estimate clipped to [0, 1]', () => {
    const truth = { path: 'a.png', array: filled([1, 12, 12], 0.9) };
    const { psnr } = scoreAgainst(truth, filled([1, 12, 12], 1.6), grey, NONE);
    expect(psnr).toBeCloseTo(20, 4);
  });

  it('of a grey restoration are against the luminance of a colour truth', () => {
    const colour = floatArray(new Float32Array(3 * 144), [3, 12, 12]);
    colour.data.fill(1, 144, 288);
    const { psnr } = scoreAgainst({ path: 'a.png', array: colour }, filled([1, 12, 12], 0.487), grey, NONE);
    expect(psnr).toBeCloseTo(20, 3);
  });

  it('need a truth of the size of the estimate', () => {
    const truth = { path: 'a.png', array: filled([1, 5, 5], 0) };
    expect(() => scoreAgainst(truth, filled([1, 12, 12], 0), grey, NONE)).toThrow(
      'the truth a.png has shape 1×5×5, but the estimate has 1×12×12',
    );
  });

  it('of samples of the posterior say how the interval did', () => {
    const truth = { path: 'a.npy', array: filled(shape, 0.7) };
    const of = (change: Partial<Posterior>) =>
      scoreAgainst(truth, filled(shape, 0.5), grey, posteriorOf(change)).uncertainty;
    const found = of({})!;
    expect(found.held).toBe(0);
    expect(found.width).toBeCloseTo(0.2, 6);
    expect(found.intervalScore).toBeCloseTo(0.2 + 20 * 0.1, 5);
    // √1.5 · 0.1 / 0.2, for the mean is of two samples; without samples it is not.
    expect(found.spreadSkill).toBeCloseTo(0.612, 3);
    expect(of({ samples: [] })?.spreadSkill).toBeCloseTo(0.5, 6);
    // (0.3 + 0.1)/2 − 0.2/2
    expect(found.crps).toBeCloseTo(0.1, 6);
    expect(of({ logWeights: [0, -1] })?.crps).toBeUndefined();
    expect(of({ sd: undefined })).toBeUndefined();
    expect(of({ samplesPosterior: false })).toBeUndefined();
  });
});
