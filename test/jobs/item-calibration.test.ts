import { describe, expect, it } from 'vitest';
import { calibrationFor } from '../../src/jobs/item-calibration.js';
import { calibration, restoration } from '../calibrations.js';

const fitting = { card: calibration, sha256: 'aa', path: 'a.json' };
const other = { card: { ...calibration, solver: 'dps' }, sha256: 'bb', path: 'b.json' };

describe('calibrationFor', () => {
  it('takes the first shipped card that fits, and none where none does', () => {
    expect(calibrationFor({ shipped: [other, fitting] }, restoration, 'hash', {})).toBe(fitting);
    expect(calibrationFor({ shipped: [other] }, restoration, 'hash', {})).toBeUndefined();
    expect(calibrationFor({ shipped: [fitting] }, restoration, 'hash', { level: 0.8 })).toBeUndefined();
    expect(calibrationFor({ shipped: [fitting] }, restoration, '0a', {})).toBeUndefined();
    expect(() => calibrationFor({ shipped: [fitting] }, restoration, 'x', { promise: 'risk' })).toThrow(
      '--promise risk needs a calibration',
    );
  });

  it('takes the one that was asked for or says why not', () => {
    expect(calibrationFor({ asked: fitting, shipped: [] }, restoration, 'hash', {})).toBe(fitting);
    expect(() => calibrationFor({ asked: other, shipped: [] }, restoration, 'hash', {})).toThrow(
      '--calibration b.json does not fit: it was made for solver dps, and this is tweedie',
    );
    expect(() => calibrationFor({ asked: fitting, shipped: [] }, restoration, '0a', {})).toThrow(
      'is one of those that the calibration a.json was fitted on',
    );
    expect(() =>
      calibrationFor({ asked: fitting, shipped: [] }, restoration, 'x', { promise: 'risk' }),
    ).toThrow('a.json promises average, images at level 0.9, not --promise risk');
  });
});
