import { describe, expect, it } from 'vitest';
import { tokenGrid } from '../../../models/masked/tokens.js';
import {
  addDivergence,
  chancesOf,
  drawTokens,
  expectedEmbeddings,
  lawsOf,
  likeliest,
  logNormalise,
  nearestTokens,
  throughExpectation,
} from '../../../solvers/parts/token-laws.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';
import { dot } from '../../../src/core/vector.js';

// Two positions, three tokens, two dimensions.
const codebook = floatArray(Float32Array.of(0, 1, 2, -1, 1, 3), [3, 2]);
const logits = floatArray(Float32Array.of(0, 1, Math.log(2), -1, 0, 0.5), [3, 1, 2]);

describe('laws of tokens', () => {
  it('are logits, position by position, whose chances sum to 1', () => {
    const laws = lawsOf(logits);
    expect([...laws.slice(0, 3)].map(Math.exp)).toEqual([0.25, 0.5, 0.25].map((p) => expect.closeTo(p, 6)));
    expect(laws.slice(3).reduce((sum, law) => sum + Math.exp(law), 0)).toBeCloseTo(1, 12);
    expect(logNormalise(Float64Array.of(0, -1e9), 2)[1]).toBe(-30);
    const written = new Float64Array(4);
    const two = logNormalise(Float64Array.of(3, 1, -2, 5), 2, written);
    expect([...written]).toEqual([...chancesOf(two)].map((chance) => expect.closeTo(chance, 14)));
  });

  it('expect embeddings, and carry gradients through them and the divergence from a prior', () => {
    const prior = lawsOf(logits);
    const random = keyedRandom(0, 'laws', 0)('values');
    const free = Float64Array.from({ length: 6 }, () => random.normal());
    const slopes = floatArray(
      Float32Array.from({ length: 4 }, () => random.normal()),
      [2, 1, 2],
    );
    const loss = (phi: Float64Array) => {
      const laws = logNormalise(phi.slice(), 3);
      const expected = expectedEmbeddings(chancesOf(laws), codebook, [1, 2]);
      let divergence = 0;
      for (let k = 0; k < 6; k++) divergence += Math.exp(laws[k]) * (laws[k] - prior[k]);
      return dot(expected.data, slopes.data) + 0.7 * divergence;
    };
    const laws = logNormalise(free.slice(), 3);
    const gradient = throughExpectation(chancesOf(laws), slopes, codebook);
    addDivergence(chancesOf(laws), laws, prior, 3, 0.7, gradient);
    for (let k = 0; k < 6; k++) {
      const moved = (step: number) => loss(free.with(k, free[k] + step));
      expect(gradient[k]).toBeCloseTo((moved(1e-3) - moved(-1e-3)) / 2e-3, 3);
    }
  });

  it('have a likeliest token, are drawn from, and quantised to the nearest', () => {
    const laws = lawsOf(logits);
    const grid = tokenGrid([1, 2], 3);
    expect([...likeliest(laws, 3, grid).ids]).toEqual([1, 0]);
    const sure = Float64Array.of(-30, 0, -30, -30, -30, 0);
    expect([...drawTokens(sure, 3, grid, keyedRandom(0, 'laws', 0)('draw')).ids]).toEqual([1, 2]);
    const embeddings = floatArray(Float32Array.of(1.9, 0.8, -0.8, 2.4), [2, 1, 2]);
    expect(nearestTokens(embeddings, codebook)).toEqual({ ids: Int32Array.of(1, 2), height: 1, width: 2 });
  });
});
