import { describe, expect, it } from 'vitest';
import { bind } from '../../problems/bind.js';
import type { ProblemSpec } from '../../problems/problem.js';
import { type FloatArray, filled, floatArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import type { Input } from '../../src/io/inputs.js';
import type { Picture } from '../../src/io/picture.js';
import type { Doubt } from '../../src/jobs/doubts.js';
import { type NoiseReport, withEstimatedNoise } from '../../src/jobs/estimated-noise.js';

const SIDE = 96;
const white = keyedRandom(0, 'estimated', 0)('noise').normals([3, SIDE, SIDE]).data;
const noisy = (sigma: number) =>
  floatArray(
    Float32Array.from(white, (value) => 0.5 + sigma * value),
    [3, SIDE, SIDE],
  );

async function estimated(
  array: FloatArray,
  name = 'denoise',
  picture: Partial<Picture> | null = { bits: 8 },
) {
  const told: { report: NoiseReport; doubt: Doubt | undefined }[] = [];
  const spec: ProblemSpec = { operators: [{ name, options: name === 'gaussian-blur' ? { sigma: 1 } : {} }] };
  const input = { array, picture: picture ?? undefined } as Input;
  const bound = async (whole: ProblemSpec) => bind(whole, { measurementShape: array.shape });
  const { noise } = await withEstimatedNoise(spec, input, 'a.png', bound, (report, doubt) =>
    told.push({ report, doubt }),
  );
  return { noise, ...told[0] };
}

describe('the noise of a picture', () => {
  it.each([5, 20])('of white noise of σ = %d/255 is that', async (level) => {
    const { noise, report, doubt } = await estimated(noisy(level / 255));
    expect(noise?.name).toBe('gaussian');
    expect((255 * (noise?.options.sigma as number)) / level).toBeCloseTo(1, 1);
    expect(report.grain).toBeCloseTo(1, 1);
    expect(doubt).toBeUndefined();
  });

  it('of none is the rounding of its bits, and it is said', async () => {
    const { noise, doubt } = await estimated(filled([3, SIDE, SIDE], 0.5));
    expect(noise?.options.sigma).toBeCloseTo(1 / 255 / Math.sqrt(12), 8);
    expect(doubt?.message).toBe('the picture is of one colour, so it is left as it is');
    const faint = await estimated(noisy(0.4 / 255));
    expect(faint.noise?.options.sigma).toBeCloseTo(1 / 255 / Math.sqrt(12), 8);
    expect(faint.doubt?.code).toBe('noise-free');
    expect(faint.report.taken).toBe('nothing');
    // Beside a blur that is as it should be.
    const blurred = await estimated(noisy(0.4 / 255), 'gaussian-blur');
    expect(blurred.doubt).toBeUndefined();
    expect(blurred.report.taken).toBe('gaussian');
  });

  it('with a grain is correlated where the picture is the image', async () => {
    const coarse = floatArray(
      Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
        const row = Math.floor(i / SIDE);
        const place = (row - (row % 2)) * SIDE + ((i % SIDE) - (i % 2));
        return 0.5 + 0.08 * white[place] + 0.02 * white[i];
      }),
      [3, SIDE, SIDE],
    );
    const { noise, report } = await estimated(coarse);
    expect(report.kind).toBe('correlated');
    expect(noise).toMatchObject({ name: 'correlated', options: { channels: expect.any(Number) } });
    expect(report.taken).toBe('correlated');
    // Behind a linear operator it is made white; else white noise that hides it stands for it, and the line says so.
    expect((await estimated(coarse, 'gaussian-blur')).noise?.name).toBe('correlated');
    const hidden = await estimated(coarse, 'clip');
    expect(hidden.noise?.name).toBe('gaussian');
    expect(hidden.report).toMatchObject({
      taken: 'gaussian',
      description: expect.stringMatching(/which hides it/),
    });
  });

  it('that all channels share is in each of them at least by a level of the file', async () => {
    const shared = floatArray(
      Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
        const at = i % (SIDE * SIDE);
        const right = at % SIDE < SIDE - 1 ? at + 1 : at;
        // Grain along the rows, the same in red, green and blue.
        return Math.round(255 * (0.5 + 0.03 * (white[at] + white[right]))) / 255;
      }),
      [3, SIDE, SIDE],
    );
    const { noise } = await estimated(shared);
    expect(noise?.name).toBe('correlated');
    const [red, both, green] = noise!.options.octaves as number[];
    // The variance of red less green: nothing of it was in the picture.
    expect((red + green - 2 * both) * 255 ** 2).toBeCloseTo(2, 1);
  });

  it('that no part tells is at least a level where a blur is undone, which amplifies what else is wrong', async () => {
    // Waves everywhere: nothing is flat.
    const busy = floatArray(
      Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
        const [row, column] = [Math.floor(i / SIDE) % SIDE, i % SIDE];
        return 0.5 + 0.2 * Math.sin(row * column * 0.02) * Math.cos(row * 0.9 + column * 1.1);
      }),
      [3, SIDE, SIDE],
    );
    const plain = await estimated(busy);
    expect(plain.report.kind).toBe('unknown');
    expect(plain.noise?.options.sigma).toBeLessThan(1 / 255);
    const blurred = await estimated(busy, 'gaussian-blur');
    expect(blurred.noise?.options.sigma).toBe(1 / 255);
    expect(blurred.doubt?.message).toMatch(/σ 1\.0\/255 is taken/);
  });

  it('is taken where detail may be it only by what restores more than noise', async () => {
    // Strokes of all strengths, twice as strong in each coarser octave.
    const detail = floatArray(
      Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => {
        const [y, x] = [Math.floor(i / SIDE) % SIDE, i % SIDE];
        const at = (size: number) => white[SIDE * (y - (y % size)) + x - (x % size)];
        return 0.5 + 0.01 * at(1) + 0.04 * at(2) + 0.16 * at(4);
      }),
      [3, SIDE, SIDE],
    );
    const kept = await estimated(detail);
    expect(kept.report.taken).toBe('nothing');
    expect(kept.doubt?.message).toMatch(/^the picture is left as it is, for /);
    const blurred = await estimated(detail, 'gaussian-blur');
    expect(blurred.report.taken).not.toBe('nothing');
    expect(blurred.doubt?.message).not.toContain('left as it is');
  });

  it('of a picture too small to tell is told, or asked for', async () => {
    const small = floatArray(white.slice(0, 192), [3, 8, 8]);
    expect((await estimated(small)).doubt?.message).toBe(
      'the picture is too small to tell noise from detail, so it is left as it is',
    );
    await expect(estimated(small, 'gaussian-blur')).rejects.toThrow('--noise is needed');
  });

  it('of an array is not estimated', async () => {
    await expect(estimated(noisy(0.1), 'denoise', null)).rejects.toThrow(
      "--noise is needed for a.png: only a picture's noise level can be estimated",
    );
  });
});
