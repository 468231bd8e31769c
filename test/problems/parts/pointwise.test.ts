/** Operators that treat every value by itself: clip, quantize, low-light, haze. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bind, parseProblem, parseTerm } from '../../../problems/index.js';
import { expectSound, operatorOf } from '../sound.js';

describe('every one of them passes its own check', () => {
  const terms = fc.oneof(
    fc.double({ min: 0.1, max: 8, noNaN: true }).map((gain) => `clip:gain=${gain}`),
    fc.integer({ min: 1, max: 16 }).map((bits) => `quantize:bits=${bits}`),
    fc
      .record({
        exposure: fc.double({ min: 0.01, max: 1, noNaN: true }),
        gamma: fc.double({ min: 1, max: 4, noNaN: true }),
      })
      .map(({ exposure, gamma }) => `low-light:exposure=${exposure},gamma=${gamma}`),
  );
  it('whatever the options and sizes', async () => {
    const size = fc.integer({ min: 2, max: 12 });
    await fc.assert(
      fc.asyncProperty(terms, size, size, async (text, height, width) => {
        await expectSound(operatorOf(text, [3, height, width]));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('binds to measurements of any shape', () => {
    const spec = { ...parseProblem('clip'), noise: parseTerm('gaussian:sigma=1') };
    expect(bind(spec, { measurementShape: [3, 4, 5] }).imageShape).toEqual([3, 4, 5]);
  });
});
