import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectSound, operatorOf } from '../sound.js';

const small = 'stations=5,times=3,longest=3';

describe('every one is sound', () => {
  it.each([
    [`interferometry:${small}`, [1, 8, 6]],
    [`interferometry:${small}`, [1, 7, 9]],
    ['interferometry:stations=2,times=1', [1, 1, 5]],
    [`colorize+interferometry:${small}`, [3, 6, 5]],
    [`closure-phases:${small}`, [1, 8, 6]],
    [`closure-phases:${small},form=angle`, [1, 7, 9]],
    [`closure-phases:${small},quantities=amplitudes`, [1, 6, 6]],
    [`closure-phases:${small},quantities=phases,size=5x7`, [1, 5, 7]],
    [`gaussian-blur:sigma=1,border=reflect+closure-phases:${small}`, [1, 8, 8]],
    ['scattering:transmitters=5,receivers=4', [1, 8, 6]],
    ['scattering:transmitters=1,receivers=7,wavelength=0.6', [1, 5, 9]],
  ])('%s on %j', async (text, shape) => {
    await expectSound(operatorOf(text, shape));
  });

  it('whatever the options and sizes', async () => {
    const size = fc.integer({ min: 1, max: 12 });
    const given = fc.record({
      stations: fc.integer({ min: 2, max: 5 }),
      times: fc.integer({ min: 1, max: 4 }),
      hours: fc.double({ min: 0, max: 24, noNaN: true }),
      declination: fc.double({ min: -90, max: 90, noNaN: true }),
      longest: fc.double({ min: 0.01, max: 40, noNaN: true }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(given, size, size, async (chosen, height, width) => {
        const text = Object.entries(chosen).map(([key, value]) => `${key}=${value}`);
        await expectSound(operatorOf(`interferometry:${text.join(',')}`, [1, height, width]));
      }),
      { numRuns: 30, seed: 1 },
    );
  });
});
