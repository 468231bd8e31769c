/** Pictures as CLIP's image encoder takes them: resized as Pillow does, normalised, and told by a graph. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImageEncoder, resized } from '../../models/image-encoder.js';
import { ChildRuntime } from '../../models/onnx/session.js';
import { filled, floatArray, mapArray, zeros } from '../../src/core/array.js';
import { model, node } from './tiny-models.js';

/** Of Pillow 13: Image.fromarray(a).resize((n, n), Image.BICUBIC), a[i, j] = ((7 i + 3 j) % 11) / 10 as mode F. */
const PILLOW: Readonly<Record<number, readonly number[]>> = {
  3: [0.416852, 0.551263, 0.547195, 0.591442, 0.582577, 0.362719, 0.696426, 0.402898, 0.463574],
  8: [
    -0.071956, 0.04898, 0.271299, 0.513486, 0.767961, 0.942564, 0.411819, -0.013629, 0.274908, 0.424482,
    0.597092, 0.442291, 0.501851, 0.758818, 0.558775, 0.370179, 0.681467, 0.86219, 0.983925, 0.421637,
    0.216159, 0.452925, 0.687013, 0.829118, 0.353256, 0.53303, 0.772122, 0.791226, 0.550463, 0.153659,
    0.367545, 0.592016, 0.477055, 0.439028, 0.453556, 0.784153, 0.729965, 0.297651, 0.223138, 0.235457,
    1.041269, 0.655968, 0.184875, 0.391056, 0.648136, 0.797255, 0.319502, -0.062033, 0.806808, 0.7367,
    0.584163, 0.304723, 0.313876, 0.584599, 0.496273, 0.389858, 0.543936, 0.765168, 0.927823, 0.30111,
    0.075227, 0.348135, 0.615787, 0.777651,
  ],
};

describe('resized', () => {
  it.each([3, 8])('as Pillow does, to %d', (size) => {
    const picture = mapArray(zeros([1, 5, 5]), (_, k) => ((7 * Math.floor(k / 5) + 3 * (k % 5)) % 11) / 10);
    const found = resized(picture, size);
    expect(found.shape).toEqual([1, size, size]);
    PILLOW[size].forEach((value, k) => {
      expect(found.data[k]).toBeCloseTo(Math.min(Math.max(value, 0), 1), 5);
    });
  });
});

describe('an image encoder', () => {
  let runtime: ChildRuntime;
  beforeAll(async () => {
    runtime = await ChildRuntime.start();
  });
  afterAll(() => runtime.close());

  const card = {
    ...{
      model: { path: 'clip.onnx', sha256: '0'.repeat(64) },
      externalData: [],
      input: 'pixels',
      output: 'row',
    },
    ...{ size: 8, mean: [0.1, 0.2, 0.3] as const, sd: [0.5, 0.25, 0.125] as const },
  } satisfies Parameters<typeof openImageEncoder>[0];
  /** The mean of each colour. */
  const bytes = model({
    nodes: [node('GlobalAveragePool', ['pixels'], ['means']), node('Flatten', ['means'], ['row'])],
    inputs: [{ name: 'pixels', type: 'float32', dims: [1, 3, 8, 8] }],
    outputs: [{ name: 'row', type: 'float32', dims: [1, 3] }],
  });
  const open = (of: Partial<typeof card>) =>
    openImageEncoder(
      { ...card, ...of },
      {
        source: { name: 'clip.onnx', bytes },
        ...{ runtime, session: { threads: 1 } },
      },
    );

  it('sees the middle of a picture, each colour normalised', async () => {
    const features = await open({});
    const picture = filled([3, 16, 40], 0.6);
    // What lies outside the middle square is not seen.
    picture.data.fill(0, 0, 5);
    const [red, green, blue] = await features(picture);
    expect([red, green, blue].map((value) => Math.round(value * 1e4) / 1e4)).toEqual([1, 1.6, 2.4]);
    const grey = await features(floatArray(new Float32Array(64).fill(0.6), [1, 8, 8]));
    expect(grey[2]).toBeCloseTo(2.4, 5);
  });

  it('that takes anything else is refused', async () => {
    await expect(open({ input: 'pixel_values' })).rejects.toThrow(
      'clip.onnx takes pixels; expected a picture "pixel_values" alone.',
    );
  });
});
