import { describe, expect, it } from 'vitest';
import { checkCalibrationCard, levelOf, promiseInWords, unfitFor } from '../src/calibration-card.js';
import { calibration, restoration } from './calibrations.js';

describe('checkCalibrationCard', () => {
  it('takes what was written and names what is wrong', () => {
    expect(checkCalibrationCard(JSON.parse(JSON.stringify(calibration)), 'a.json')).toEqual(calibration);
    expect(() => checkCalibrationCard({ ...calibration, samples: -1 }, 'a.json')).toThrow(
      'a.json is no calibration card: samples: expected at least 0, found -1',
    );
    const { weights: _, ...rest } = calibration;
    expect(() => checkCalibrationCard(rest, 'a.json')).toThrow(/it lacks weights/);
    expect(() => checkCalibrationCard([], 'a.json')).toThrow(/its top: expected/);
  });

  it('refuses parts that do not fit one another, of which intervals would be no numbers or wrong ones', () => {
    const [level] = calibration.levels;
    const measured = { spread: [-4, -3], brightness: [0.5] };
    const damaged: [object, string][] = [
      [{ grouping: {} }, 'its grouping has no measured pixels'],
      [{ grouping: { measured } }, 'factors.measured of level 0.9 are not 2×1, as its grouping is'],
      [{ levels: [{ ...level, factors: {} }] }, 'factors.measured of level 0.9 are not 1×1'],
      [{ levels: [{ ...level, factors: { measured: [[2, 3]] } }] }, 'are not 1×1'],
      [{ levels: [{ ...level, factors: { measured: [[2]], holes: [[2]] } }] }, 'factors.holes of level 0.9'],
      [{ levels: [level, level] }, 'its levels do not ascend'],
      [
        { grouping: { measured: { ...measured, spread: [-3, -4] } } },
        'a.json is a damaged calibration card: grouping.measured does not ascend; fit it again',
      ],
    ];
    for (const [change, sentence] of damaged) {
      expect(() => checkCalibrationCard({ ...calibration, ...change }, 'a.json')).toThrow(sentence);
    }
  });
});

describe('unfitFor', () => {
  it('is undefined where nothing differs but what lies between', () => {
    expect(unfitFor(calibration, restoration)).toBeUndefined();
  });

  it.each([
    [{ solver: 'dps' }, 'it was made for solver tweedie, and this is dps'],
    [{ solverVersion: '2' }, 'it was made for another version of the solver'],
    [{ weights: ['22'] }, 'it was made for a prior of other weights'],
    [{ samples: 4 }, 'it was made for --samples 0, and this is 4'],
    [{ files: { '0.mask': 'f' } }, 'it was made for other files of the problem'],
    [{ options: { pitch: 5 } }, 'it was made for option.pitch from 2 to 4, and this is 5'],
    [
      { problem: { ...restoration.problem, noise: { name: 'poisson', options: {} } } },
      'it was made for problem.noise.name gaussian, and this is poisson',
    ],
    [
      { problem: { ...restoration.problem, noise: { name: 'gaussian', options: { sigma: 0.21 } } } },
      'it was made for problem.noise.options.sigma from 0.1 to 0.2, and this is 0.21',
    ],
    [
      { problem: { ...restoration.problem, operators: [{ name: 'jpeg', options: {} }] } },
      'it was made for the problem denoise, and this is jpeg',
    ],
  ])('says of %j: %s', (change, sentence) => {
    expect(unfitFor(calibration, { ...restoration, ...change })).toBe(sentence);
  });
});

describe('levelOf', () => {
  it('finds the level, or says which there are', () => {
    expect(levelOf(calibration, 0.9, 'images', 'a.json').level).toBe(0.9);
    expect(() => levelOf(calibration, 0.5, 'average', 'a.json')).toThrow(
      'a.json holds the levels 0.9, not --level 0.5',
    );
  });
});

describe('promiseInWords', () => {
  it('says what is held, how often, how surely, and of what', () => {
    const of = 'for images and measurements like the 45 it was fitted on (photographs for tests)';
    expect(promiseInWords(calibration, 0.9, 'average')).toBe(
      `90 % of the pixels on average over images, and with confidence 95 % at least 80 %, ${of}`,
    );
    expect(promiseInWords(calibration, 0.9, 'risk')).toBe(
      `at least 90 % of the pixels on average over images, with confidence 95 %, ${of}`,
    );
    expect(promiseInWords(calibration, 0.9, 'images')).toBe(
      `at least 90 % of the pixels in 90 % of the images, with confidence 95 %, ${of}`,
    );
  });
});
