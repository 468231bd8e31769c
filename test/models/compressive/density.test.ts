/** The density of codes, on a hyperprior in closed form: h logistic, z given h of mean 2h and scale √(1 + h²). */
import jstat from 'jstat';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDensity } from '../../../models/compressive/density.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { type FloatArray, floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { smallModel } from './small-model.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const normalCdf = (t: number) => jstat.jStat.normal.cdf(t, 0, 1);
const logisticCdf = (h: number) => 1 / (1 + Math.exp(-(2 * h + 1)));

/** −log of what both laws give to the unit about each code. */
function nats([z, h]: readonly number[]): number {
  const scale = Math.sqrt(1 + h * h);
  const ofZ = normalCdf((z + 0.5 - 2 * h) / scale) - normalCdf((z - 0.5 - 2 * h) / scale);
  return -Math.log(ofZ) - Math.log(logisticCdf(h + 0.5) - logisticCdf(h - 0.5));
}

const code = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

const moments = ({ data }: FloatArray) => {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return { mean, variance: data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length };
};

describe('a hyperprior', () => {
  // Two positions at a time, which are independent.
  const pairs = [
    [0.5, -0.25],
    [-3, 1],
  ];

  it('costs what both laws say', async () => {
    const density = await openDensity(smallModel(runtime));
    const [z, h] = [0, 1].map((k) => code(...pairs.map((pair) => pair[k])));
    expect((await density.rate([z, h])).nats).toBeCloseTo(nats(pairs[0]) + nats(pairs[1]), 5);
  });

  it('has the gradient of its closed form: that of h through scales and means of z too', async () => {
    const density = await openDensity(smallModel(runtime));
    const { gradient } = await density.rate([0, 1].map((k) => code(...pairs.map((pair) => pair[k]))));
    const step = 1e-4;
    pairs.forEach(([z, h], i) => {
      const ofZ = (nats([z + step, h]) - nats([z - step, h])) / (2 * step);
      const ofH = (nats([z, h + step]) - nats([z, h - step])) / (2 * step);
      expect(gradient[0].data[i]).toBeCloseTo(ofZ, 4);
      expect(gradient[1].data[i]).toBeCloseTo(ofH, 4);
    });
  });

  it('draws codes with the moments of its laws and of rounding, the same for the same key', async () => {
    const density = await openDensity(smallModel(runtime));
    const shape = [1, 150, 150];
    const draw = () => density.draw([shape, shape], keyedRandom(0, 'density', 0)('codes'));
    const [z, h] = await draw();
    const ofH = { mean: -0.5, variance: Math.PI ** 2 / 12 + 1 / 12 };
    // E[scale²] is 1 + E[h²]; rounding adds a twelfth.
    const variance = 4 * ofH.variance + 1 + ofH.variance + 0.25 + 1 / 12;
    const within = (found: ReturnType<typeof moments>, expected: typeof ofH) => {
      expect(Math.abs(found.mean - expected.mean)).toBeLessThan(4 * Math.sqrt(expected.variance / z.size));
      expect(found.variance / expected.variance).toBeCloseTo(1, 1);
    };
    within(moments(h), ofH);
    within(moments(z), { mean: -1, variance });
    expect(await draw()).toEqual([z, h]);
  });

  it('is refused where its file holds none, or laws of other channels', async () => {
    const opened = (law: object) => openDensity(smallModel(runtime, { law: JSON.stringify(law) }));
    await expect(opened({ matrices: [], biases: [], factors: [] })).rejects.toThrow(
      /hyper-prior\.json is no hyperprior/,
    );
    const two = { matrices: [[[[2]], [[2]]]], biases: [[[1], [1]]], factors: [] };
    await expect(opened(two)).rejects.toThrow('has laws of 2 channels; its card says that h has 1');
  });
});

describe('normal codes', () => {
  const card = {
    graphs: {
      encoder: { path: 'encoder.onnx', sha256: '0'.repeat(64) },
      decoder: { path: 'decoder.onnx', sha256: '0'.repeat(64) },
    },
    ...{ codePrior: 'normal', codes: { z: { channels: 1, stride: 1 } } },
  };

  it('cost ½‖z‖² + n/2 log 2π, with gradient z', async () => {
    const density = await openDensity(smallModel(runtime, { card }));
    const { nats: found, gradient } = await density.rate([code(1, -2, 0)]);
    expect(found).toBeCloseTo(2.5 + 1.5 * Math.log(2 * Math.PI), 6);
    expect(gradient.map(({ data }) => [...data])).toEqual([[1, -2, 0]]);
  });

  it('are drawn normal', async () => {
    const density = await openDensity(smallModel(runtime, { card }));
    const [z, ...others] = await density.draw([[1, 100, 100]], keyedRandom(1, 'density', 0)('codes'));
    expect(others).toEqual([]);
    const { mean, variance } = moments(z);
    expect(Math.abs(mean)).toBeLessThan(0.04);
    expect(Math.abs(variance - 1)).toBeLessThan(0.06);
  });
});
