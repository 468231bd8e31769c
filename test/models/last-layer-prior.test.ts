import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadPrior } from '../../models/load.js';
import { diffusionPrior } from '../../models/prior.js';
import { tiled } from '../../models/tiled.js';
import { floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { dot } from '../../src/core/vector.js';
import { encodeNpy } from '../../src/io/npy.js';
import { fill, temporaryFolder } from '../io/folders.js';
import { writeConvolvedPrior } from './convolved-prior.js';
import { sha256 } from './tiny-prior.js';

const random = keyedRandom(0, 'last layer prior', 0);
const SIGMA = 0.1;
const x = random('x').normals([3, 8, 10]);

/** Opened in a test, and closed at its end. */
async function open() {
  const folder = temporaryFolder();
  const moments = Float32Array.from(random('moments').normals([145]).data, (value) => 0.2 + value ** 2);
  moments[144] = 1;
  const file = encodeNpy(floatArray(moments, [145]));
  fill(folder, { 'last-layer.npy': file });
  const lastLayer = {
    ...{ path: 'last-layer.npy', sha256: sha256(file) },
    ...{ images: 10, observations: 1000, residual: 0.3 },
  };
  writeConvolvedPrior(folder, { lastLayer });
  const prior = diffusionPrior(await loadPrior(folder, { threads: 1 }));
  onTestFinished(() => prior.close());
  return prior;
}

describe('the last layer of a prior', () => {
  it('is off in closed form by what drawn weights are off by', async () => {
    const prior = await open();
    const deviation = await prior.lastLayer!.deviation(x, SIGMA);
    const mean = await prior.denoise(x, SIGMA);
    const squares = new Float64Array(mean.data.length);
    const draws = 100;
    for (let k = 0; k < draws; k++) {
      const drawn = await prior.lastLayer!.draw(random('weights', k));
      const { data } = await drawn.denoise(x, SIGMA);
      await drawn.close();
      for (let i = 0; i < squares.length; i++) squares[i] += (data[i] - mean.data[i]) ** 2 / draws;
    }
    const ratios = deviation.data.map((value, i) => squares[i] / value ** 2);
    expect(ratios.reduce((a, b) => a + b, 0) / ratios.length).toBeCloseTo(1, 1);
    // A mean of 100 squares is off by 14 %, here by less than four times that.
    expect(Math.max(...ratios)).toBeLessThan(1.7);
    expect(Math.min(...ratios)).toBeGreaterThan(0.5);
    expect((await prior.denoise(x, SIGMA)).data).toEqual(mean.data);
  }, 60_000);

  it('draws the same weights from the same stream, and derivatives are those of these weights', async () => {
    const prior = await open();
    const [one, two] = [
      await prior.lastLayer!.draw(random('same')),
      await prior.lastLayer!.draw(random('same')),
    ];
    const mean = await one.denoise(x, SIGMA);
    expect((await two.denoise(x, SIGMA)).data).toEqual(mean.data);
    expect(mean.data).not.toEqual((await prior.denoise(x, SIGMA)).data);
    const direction = random('direction').normals([3, 8, 10]);
    const along = (step: number) =>
      one.denoise(
        floatArray(
          x.data.map((value, i) => value + step * direction.data[i]),
          [3, 8, 10],
        ),
        SIGMA,
      );
    const [ahead, behind] = [await along(0.01), await along(-0.01)];
    const v = random('cotangent').normals([3, 8, 10]);
    const difference = (dot(ahead.data, v.data) - dot(behind.data, v.data)) / 0.02;
    const linearization = await one.linearize!(x, SIGMA);
    expect(linearization.value.data).toEqual(mean.data);
    expect(dot((await linearization.pullback(v)).data, direction.data)).toBeCloseTo(difference, 2);
    linearization.release();
    await one.close();
    expect((await two.denoise(x, SIGMA)).data).toEqual(mean.data);
  });

  it('is that of the whole image in tiles, too', async () => {
    const prior = await open();
    const parts = tiled(prior, { tile: 4, halo: 3 });
    const [whole, laid] = [
      await prior.lastLayer!.deviation(x, SIGMA),
      await parts.lastLayer!.deviation(x, SIGMA),
    ];
    laid.data.forEach((value, i) => {
      expect(value).toBeCloseTo(whole.data[i], 6);
    });
    const drawn = [await prior.lastLayer!.draw(random('t')), await parts.lastLayer!.draw(random('t'))];
    const [a, b] = [await drawn[0].denoise(x, SIGMA), await drawn[1].denoise(x, SIGMA)];
    a.data.forEach((value, i) => {
      expect(b.data[i]).toBeCloseTo(value, 5);
    });
  });

  it('is not known where the card has not measured it', async () => {
    const other = temporaryFolder();
    writeConvolvedPrior(other);
    const prior = diffusionPrior(await loadPrior(other));
    onTestFinished(() => prior.close());
    expect(prior.lastLayer).toBeUndefined();
    expect(readFileSync(join(other, 'card.json'), 'utf8')).not.toContain('lastLayer');
  });
});
