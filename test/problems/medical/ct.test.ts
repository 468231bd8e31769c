/** ct, emission and filtered backprojection. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { type FloatArray, mapArray, zeros } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { agreesWithFixtures } from '../fixture-cases.js';
import { expectSound, operatorOf } from '../sound.js';

agreesWithFixtures('ct', 1);

const images = (shape: readonly number[]) => {
  const random = keyedRandom(3, 'ct test', 0)('image');
  return mapArray(zeros(shape), () => random.uniform());
};

const imageOf = (text: string, measurementShape: number[]) => {
  const spec = { ...parseProblem(text), noise: parseTerm('gaussian:sigma=1') };
  return bind(spec, { measurementShape }).imageShape;
};

/** Smooth, and round about (x, y) in pixels from the middle, y upwards: its line integrals are known. */
function blob(height: number, width: number, x: number, y: number, radius: number): FloatArray {
  const image = zeros([1, height, width]);
  for (let i = 0; i < image.data.length; i++) {
    const [right, up] = [(i % width) - (width - 1) / 2, (height - 1) / 2 - Math.floor(i / width)];
    image.data[i] = Math.exp(-((right - x) ** 2 + (up - y) ** 2) / (2 * radius ** 2));
  }
  return image;
}

describe('ct', () => {
  it.each([
    ['ct:angles=7', [1, 9, 12]],
    ['ct:angles=12', [3, 8, 8]],
    ['ct:angles=5,arc=90,detectors=6', [2, 11, 7]],
    ['ct:angles=8,geometry=fan', [1, 10, 8]],
    ['ct:angles=6,geometry=fan,source=1,arc=200', [2, 7, 9]],
    ['ct:angles=4', [1, 1, 1]],
    ['ct:angles=4', [1, 1, 6]],
    ['colorize+ct:angles=6', [3, 6, 7]],
    ['emission:angles=6,background=0.1', [2, 6, 7]],
  ])('%s on %j is sound', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('is sound whatever the options and sizes', async () => {
    const size = fc.integer({ min: 1, max: 12 });
    const given = fc.record({
      angles: fc.integer({ min: 1, max: 9 }),
      arc: fc.double({ min: 1, max: 360, noNaN: true }),
      fan: fc.constantFrom('', ',geometry=fan', ',geometry=fan,source=0.75', ',detectors=5'),
    });
    await fc.assert(
      fc.asyncProperty(given, size, size, async ({ angles, arc, fan }, height, width) => {
        await expectSound(operatorOf(`ct:angles=${angles},arc=${arc}${fan}`, [1, height, width]));
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('sums columns at 0° and rows at 90°, in units of the longer side', async () => {
    const x = images([1, 4, 6]);
    const y = await operatorOf('ct:angles=2,detectors=6', x.shape).apply(x);
    for (let column = 0; column < 6; column++) {
      const sum = [0, 6, 12, 18].reduce((total, row) => total + x.data[row + column], 0);
      expect(y.data[column]).toBeCloseTo(sum / 6, 6);
    }
    // At 90° the detector runs upwards: its second of six pixels sees the last row.
    for (let row = 0; row < 4; row++) {
      const sum = x.data.subarray(6 * row, 6 * row + 6).reduce((total, value) => total + value, 0);
      expect(y.data[6 + 4 - row]).toBeCloseTo(sum / 6, 6);
    }
  });

  it.each(['parallel', 'fan'])('integrates a Gaussian blob as mathematics does: %s', async (geometry) => {
    const [height, width, angles, radius] = [40, 48, 24, 4];
    const [px, py] = [7, -4];
    const image = blob(height, width, px, py, radius);
    const text = `ct:angles=${angles},geometry=${geometry},source=2`;
    const y = await operatorOf(text, image.shape).apply(image);
    const [, , detectors] = y.shape;
    const [arc, source] = geometry === 'fan' ? [360, 2 * width] : [180, 1e12];
    let peak = 0;
    for (let i = 0; i < y.data.length; i++) {
      const angle = ((arc / angles) * Math.floor(i / detectors) * Math.PI) / 180;
      const offset = (i % detectors) - (detectors - 1) / 2;
      // Where the blob is in the detector's frame, and how far the ray from (0, −source) through (offset, 0) passes.
      const across = px * Math.cos(angle) + py * Math.sin(angle);
      const along = -px * Math.sin(angle) + py * Math.cos(angle);
      const distance = (across * source - offset * (along + source)) / Math.hypot(source, offset);
      const expected = (Math.sqrt(2 * Math.PI) * radius * Math.exp(-((distance / radius) ** 2) / 2)) / width;
      peak = Math.max(peak, expected);
      // Linear interpolation widens the blob by at most 1/6 px² in variance: 1 % of radius².
      expect(Math.abs(y.data[i] - expected)).toBeLessThan(2e-3);
    }
    expect(peak).toBeGreaterThan(0.2);
  });

  it('becomes the parallel one where the source is far', async () => {
    const x = images([1, 9, 8]);
    const [parallel, fan] = [
      'ct:angles=5,detectors=11',
      'ct:angles=5,detectors=11,arc=180,geometry=fan,source=1000',
    ];
    const [near, far] = [
      await operatorOf(parallel, x.shape).apply(x),
      await operatorOf(fan, x.shape).apply(x),
    ];
    for (const [i, value] of near.data.entries()) expect(Math.abs(far.data[i] - value)).toBeLessThan(5e-3);
  });

  it.each([0.75, 2])('has as many detectors as see the corners in a fan from %s sides away', (source) => {
    const { outputShape } = operatorOf(`ct:geometry=fan,source=${source}`, [1, 12, 20]);
    /** How far from the axis a ray passes that ends at the edge of so many detectors. */
    const seen = (detectors: number) => {
      const [edge, away] = [detectors / 2, 20 * source];
      return (edge * away) / Math.hypot(edge, away);
    };
    const corner = Math.hypot(12, 20) / 2;
    expect(seen(outputShape[2])).toBeGreaterThanOrEqual(corner);
    expect(seen(outputShape[2] - 1)).toBeLessThan(corner);
  });

  it('knows the image from the measurement', () => {
    expect(operatorOf('ct', [1, 64, 64]).outputShape).toEqual([1, 180, 91]);
    expect(imageOf('ct', [1, 180, 91])).toEqual([1, 64, 64]);
    expect(imageOf('ct:size=10x20', [3, 180, 23])).toEqual([3, 10, 20]);
    const fan = operatorOf('ct:geometry=fan', [1, 64, 64]).outputShape;
    expect(imageOf('ct:geometry=fan', [...fan])).toEqual([1, 64, 64]);
    expect(() => imageOf('ct:size=10x20', [1, 180, 24])).toThrow(
      'ct of an image of 10×20 has 23 detectors, but the measurement has 24; size=HxW says which image it is of, ' +
        'detectors=N how many there are',
    );
    expect(() => imageOf('ct:angles=90', [1, 180, 91])).toThrow(
      'ct:angles=90 measures arrays of shape channels×90×detectors, but the measurement is 1×180×91',
    );
  });
});
