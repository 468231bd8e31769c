import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../../problems/bind.js';
import { keep } from '../../../solvers/baseline/keep.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { restore } from '../../../src/restore.js';

const spec = problem('denoise', 'gaussian:sigma=0.1');

describe('keep', () => {
  it('gives the measurement as it is', async () => {
    const measurement = keyedRandom(0, 'keep', 0)('y').normals([3, 6, 5]);
    const { mean, networkEvaluations } = await restore({ measurement, problem: spec, solver: keep });
    expect(mean.data).toEqual(measurement.data);
    expect(networkEvaluations).toBe(0);
  });

  it('gives a grey picture of a colour prior as it is', async () => {
    const measurement = floatArray(Float32Array.of(0, 0.25, 0.5, 1), [1, 2, 2]);
    const grey = bind(spec, { measurementShape: [1, 2, 2] }, { channels: 3 });
    const { mean } = await restore({ measurement, problem: grey, solver: keep });
    expect([...mean.shape]).toEqual([1, 2, 2]);
    for (const [i, value] of mean.data.entries()) expect(value).toBeCloseTo(measurement.data[i], 6);
  });

  it('refuses what measures something else', async () => {
    const blurred = problem('gaussian-blur:sigma=1', 'gaussian:sigma=0.1');
    const measurement = keyedRandom(0, 'keep', 0)('y').normals([3, 12, 12]);
    await expect(restore({ measurement, problem: blurred, solver: keep })).rejects.toThrow(
      'solver keep needs a measurement that is a picture and noise',
    );
  });
});
