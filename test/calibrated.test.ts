import { describe, expect, it } from 'vitest';
import { bind } from '../problems/bind.js';
import { averageOf, calibratedInterval, featuresIn, overallSpread } from '../src/calibrated.js';
import { filled } from '../src/core/array.js';
import { readProblem } from '../src/load/problem-files.js';
import { calibration } from './calibrations.js';

const problem = bind(await readProblem('denoise', 'gaussian:sigma=0.15'), { imageShape: [1, 4, 4] });
const summary = { mean: filled([1, 4, 4], 0.98), sd: filled([1, 4, 4], 0.03), samples: 0 };

describe('calibratedInterval', () => {
  it('is factor times offset times spread to both sides, not cut off at white', () => {
    const found = calibratedInterval({ ...summary, misfit: [1] }, problem, 0.9, { card: calibration });
    // Half of 1/255 is added to the spread, in squares.
    const half = 2 * 1.5 * Math.hypot(0.03, 0.5 / 255);
    expect(found.upper.data[3]).toBeCloseTo(0.98 + half, 6);
    expect(found.lower.data[3]).toBeCloseTo(0.98 - half, 6);
    expect(found.calibration).toEqual({ promise: 'average', words: expect.stringContaining('90 %') });
    const wider = calibratedInterval({ ...summary, misfit: [1] }, problem, 0.9, {
      card: calibration,
      promise: 'images',
    });
    expect(wider.upper.data[3]).toBeCloseTo(0.98 + (2 / 1.5) * half, 6);
  });

  it('doubts where an image is unlike those of the calibration', () => {
    const doubt = (misfit: number[], sd = 0.03) =>
      calibratedInterval({ ...summary, sd: filled([1, 4, 4], sd), misfit }, problem, 0.9, {
        card: calibration,
      }).calibration.doubt;
    expect(doubt([1.2, 1.4])).toBeUndefined();
    expect(doubt([1.2, 1.8])).toBe(
      "the misfit is 1.50, and that of the calibration's images was 0.900 to 1.10",
    );
    expect(doubt([0.5])).toMatch('the misfit is 0.500');
    expect(doubt([], 0.1)).toMatch(/the predicted spread is 25\.5, .* was 2\.55 to 12\.8/);
  });
});

describe('featuresIn', () => {
  it('takes holes where the measurement is the image', async () => {
    const holed = bind(await readProblem('inpaint:box=0:0:2:2', 'gaussian:sigma=0.1'), {
      imageShape: [1, 4, 4],
    });
    expect(featuresIn(summary, 0, holed).hole?.slice(0, 4)).toEqual(Uint8Array.of(1, 1, 0, 0));
    expect(featuresIn(summary, 0, problem).hole).toBeUndefined();
  });
});

it('overallSpread and averageOf are means', () => {
  const spread = Float32Array.of(3, 4);
  expect(overallSpread({ spread, brightness: spread })).toBeCloseTo(Math.sqrt(12.5), 6);
  expect(averageOf([1, 2, 6])).toBe(3);
});
