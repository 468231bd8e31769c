import { describe, expect, it } from 'vitest';
import { octaveCovariance } from '../../../problems/parts/octave-covariance.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';

const grey = [[2], [0.5], [0.25]];
const colours = [
  [1, 0.5, 1, 0, 0, 2],
  [0.5, 0.1, 0.5, 0.2, 0, 0.3],
];

describe('the basis', () => {
  it.each([
    ['of independent channels', grey, [2, 4, 6]],
    ['of colours', colours, [3, 4, 5]],
  ])('%s keeps lengths, and comes back', (_, octaves, shape) => {
    const { toSpectrum, fromSpectrum } = octaveCovariance(octaves, shape);
    const x = keyedRandom(1, 'octaves', 0)('x').normals(shape);
    const u = toSpectrum(x);
    expect(dot(u.data, u.data)).toBeCloseTo(dot(x.data, x.data), 4);
    for (const [i, value] of fromSpectrum(u).data.entries()) expect(value).toBeCloseTo(x.data[i], 5);
  });
});

describe('eigenvalues', () => {
  it('are those of the octaves: the finest one for the fastest change, the coarsest for none', () => {
    const { eigenvalues } = octaveCovariance(grey, [1, 1, 256]);
    expect(eigenvalues[0]).toBe(0.25);
    expect(eigenvalues[255]).toBe(2);
    // 0.35 cycles a pixel stand for the finest, and each half of it for the next.
    expect(eigenvalues[Math.round(0.35 * 512)]).toBeCloseTo(2, 6);
    expect(eigenvalues[Math.round((0.35 / Math.SQRT2) * 512)]).toBeCloseTo((2 + 0.5) / 2, 1);
    expect(eigenvalues[Math.round(0.175 * 512)]).toBeCloseTo(0.5, 1);
    expect(eigenvalues[Math.round((0.35 / 4) * 512)]).toBeCloseTo(0.25, 1);
  });

  it('add up to the trace of the colours at each frequency', () => {
    const { eigenvalues } = octaveCovariance(colours, [3, 2, 2]);
    // The mean of each plane has the coarsest octave.
    expect(eigenvalues[0] + eigenvalues[4] + eigenvalues[8]).toBeCloseTo(0.5 + 0.5 + 0.3, 5);
  });

  it('are never 0, for the likelihood would be infinite', () => {
    const flat = octaveCovariance([[1, 1, 1, 1, 1, 1]], [3, 2, 2]).eigenvalues;
    expect(Math.min(...flat)).toBeCloseTo(3e-4, 8);
  });
});

it('refuses arrays that have no such colours, and a covariance that is none', () => {
  expect(() => octaveCovariance(colours, [1, 4, 4])).toThrow(
    'correlated noise with 6 numbers an octave is none of arrays of shape 1×4×4',
  );
  expect(() => octaveCovariance(grey, [4, 4])).toThrow('is none of arrays of shape 4×4');
  expect(() => octaveCovariance([[0]], [1, 4, 4])).toThrow(
    'the covariance of correlated noise must be positive',
  );
});
