import { describe, expect, it } from 'vitest';
import type { NoiseMeasurement } from '../../src/core/noise-measure.js';
import { isDoubtful, keptDoubt, openDoubt } from '../../src/jobs/noise-doubts.js';

const sure: NoiseMeasurement = {
  kind: 'white',
  sigma: 4 / 255,
  octaves: [[16 / 255 ** 2], [16 / 255 ** 2], [16 / 255 ** 2]],
  levels: [1, 1, 1, 1, 1],
  unlikeness: 0.3,
};
const unsure = { ...sure, unlikeness: 0.6 };
const unknown: NoiseMeasurement = { ...sure, kind: 'unknown', octaves: [] };
const none: NoiseMeasurement = { ...sure, kind: 'none' };

describe('doubts of a measured noise', () => {
  it('are of none, of what cannot be told, and of what may be detail', () => {
    expect([sure, unsure, unknown, none].map(isDoubtful)).toEqual([false, true, true, true]);
  });

  it('say why a picture stays as it is, and what to state where it is noise', () => {
    expect(keptDoubt(none)).toMatchObject({
      code: 'noise-free',
      message: expect.stringMatching(
        /^the picture is left as it is, for it looks noise-free; .*sigma=5\/255$/,
      ),
    });
    expect(keptDoubt(unknown)).toMatchObject({
      code: 'noise-unknown',
      message: expect.stringContaining('no part of it is flat enough to tell noise from detail'),
    });
    expect(keptDoubt(unsure)).toMatchObject({
      code: 'noise-uncertain',
      message: expect.stringMatching(
        /σ 4.0\/255 may as well be fine detail; .*: --noise gaussian:sigma=4\/255$/,
      ),
    });
  });

  it('say why the level to state of grain is higher than its own', () => {
    const octaves = [1, 4, 8].map((factor) => [factor * unsure.sigma ** 2]);
    const { message } = keptDoubt({ ...unsure, kind: 'correlated', octaves });
    expect(message).toMatch(/gaussian:sigma=\d+\/255, white noise that hides its grain$/);
  });

  it('are silent of a clean picture that is to be deblurred or enlarged', () => {
    expect([sure, none].map((noise) => openDoubt(noise, 0.001))).toEqual([undefined, undefined]);
    expect(openDoubt(unsure, 4 / 255)?.message).toContain('σ 4.0/255 is taken');
    expect(openDoubt(unknown, 2 / 255)).toMatchObject({
      code: 'noise-unknown',
      message: expect.stringContaining('σ 2.0/255 is taken'),
    });
  });
});
