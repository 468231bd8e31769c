import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../../problems/bind.js';
import type { LinearOperator } from '../../../problems/operator.js';
import { whitened } from '../../../problems/whitened.js';
import { sceneStart } from '../../../solvers/parts/scene-start.js';
import { type FloatArray, floatArray, zeros } from '../../../src/core/array.js';

/** A picture [channels, 20, 24] seen through a lens, of a prior of three channels. */
function boundTo(channels: number, noise = 'gaussian:sigma=0.01') {
  return bind(
    problem('defocus-blur:radius=3', noise),
    { measurementShape: [channels, 20, 24] },
    { channels: 3 },
  );
}

const even = (...tones: number[]) =>
  floatArray(
    Float32Array.from({ length: tones.length * 480 }, (_, i) => tones[Math.floor(i / 480)]),
    [tones.length, 20, 24],
  );

function expectEven({ data, shape }: FloatArray, tones: readonly number[]): void {
  const pixels = shape[1] * shape[2];
  for (const [i, value] of data.entries()) expect(value).toBeCloseTo(tones[Math.floor(i / pixels)], 3);
}

describe('where a chain begins that restores more than the picture shows', () => {
  it('is the tone of an even picture, inside and beyond', async () => {
    const { operator } = boundTo(3);
    expect(operator.frame).toBeDefined();
    expectEven(await sceneStart(operator as LinearOperator, even(0.1, 0.2, 0.7)), [0.1, 0.2, 0.7]);
  });

  it('is grey of that tone where a grey picture measures the luminance', async () => {
    const { operator } = boundTo(1);
    expect(operator.frame).toBeDefined();
    const start = await sceneStart(operator as LinearOperator, even(0.15));
    const { data } = await operator.apply(start);
    for (const value of data) expect(value).toBeCloseTo(0.15, 3);
  });

  it('is the same behind noise with a grain, which is made white', async () => {
    const bound = boundTo(3, 'correlated:octaves=0.0004:0.0016');
    const { problem: white, measurement } = whitened(bound, even(0.1, 0.2, 0.7));
    expect(white.operator.frame).toBeDefined();
    const start = await sceneStart(white.operator as LinearOperator, measurement);
    const { top, left } = white.operator.frame!;
    const [, height, width] = start.shape;
    for (const [channel, tone] of [0.1, 0.2, 0.7].entries()) {
      expect(start.data[(channel * height + top + 10) * width + left + 12]).toBeCloseTo(tone, 2);
    }
  });

  it('follows the picture near its edge, not its mean', async () => {
    const { operator } = boundTo(3);
    const ramp = zeros([3, 20, 24]);
    for (let i = 0; i < ramp.data.length; i++) ramp.data[i] = 0.1 + (0.6 * (i % 24)) / 23;
    const start = await sceneStart(operator as LinearOperator, ramp);
    const { top, left } = operator.frame!;
    const beyond = start.data[(top + 10) * start.shape[2] + left - 1];
    expect(beyond).toBeLessThan(0.25);
  });
});
