import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';
import { filled, floatArray } from '../../src/core/array.js';
import { encodeNpy } from '../../src/io/npy.js';
import { readTruth, requireTruthFolder, scoreAgainst } from '../../src/jobs/scores.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { greyPng } from '../pictures.js';

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
    const { psnr } = scoreAgainst(truth, filled([1, 12, 12], 1.6), grey);
    expect(psnr).toBeCloseTo(20, 4);
  });

  it('of a grey restoration are against the luminance of a colour truth', () => {
    const colour = floatArray(new Float32Array(3 * 144), [3, 12, 12]);
    colour.data.fill(1, 144, 288);
    const { psnr } = scoreAgainst({ path: 'a.png', array: colour }, filled([1, 12, 12], 0.487), grey);
    expect(psnr).toBeCloseTo(20, 3);
  });

  it('need a truth of the size of the estimate', () => {
    const truth = { path: 'a.png', array: filled([1, 5, 5], 0) };
    expect(() => scoreAgainst(truth, filled([1, 12, 12], 0), grey)).toThrow(
      'the truth a.png has shape 1×5×5, but the estimate has 1×12×12',
    );
  });
});
