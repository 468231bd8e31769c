import { describe, expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { encodeErrorMaps, errorMapEndings, errorMapsOf, scoreErrorMaps } from '../../src/jobs/error-maps.js';

const pixels = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);
const posterior = {
  mean: pixels(0.5, 0.5, 0.5),
  bootstrap: { sd: pixels(0.1, 0.2, 0.4), rmse: [0.2], radius: 0.2 },
};

describe('maps of how far an estimate may be off', () => {
  it('are a picture each, of which the manifest says what is white', async () => {
    expect(Object.keys(errorMapsOf(posterior))).toEqual(['bootstrap']);
    const { files, mapWhite } = await encodeErrorMaps(posterior);
    expect(files.map(({ ending }) => ending)).toEqual(['.bootstrap.png']);
    expect(mapWhite).toEqual({ bootstrap: Math.fround(0.4) });
    expect(errorMapEndings({ bootstrap: 2 })).toEqual(['.bootstrap.png']);
    expect(errorMapEndings({ bootstrap: 2, epistemic: 1 })).toEqual(['.epistemic.png', '.bootstrap.png']);
    expect(Object.keys(errorMapsOf({ ...posterior, epistemic: pixels(1, 2, 3) }))).toEqual([
      'epistemic',
      'bootstrap',
    ]);
  });

  it('are none where none were asked for', async () => {
    expect(errorMapsOf({})).toEqual({});
    expect(await encodeErrorMaps({})).toEqual({ files: [] });
    expect(errorMapEndings({})).toEqual([]);
    expect(scoreErrorMaps({ mean: posterior.mean }, posterior.mean)).toBeUndefined();
  });

  it('are scored against the truth: their size, and whether they know where the errors are', () => {
    const { bootstrap } = scoreErrorMaps(posterior, pixels(0.6, 0.7, 0.9))!;
    expect(bootstrap.spreadSkill).toBeCloseTo(1, 5);
    expect(bootstrap.sparsification).toBeCloseTo(0, 9);
    expect(scoreErrorMaps(posterior, pixels(0.9, 0.7, 0.6))!['bootstrap'].sparsification).toBeGreaterThan(
      0.2,
    );
  });
});
