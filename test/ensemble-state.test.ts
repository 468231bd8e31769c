import { expect, it } from 'vitest';
import { filled } from '../src/core/array.js';
import { ensembleOf, ensembleState } from '../src/ensemble-state.js';

const samples = Array.from({ length: 12 }, (_, k) => filled([1, 1, 2], k));
const logWeights = samples.map((_, k) => -k / 3);

it('an ensemble that was kept is as it was', () => {
  const whole = {
    samples,
    logWeights,
    logEvidence: -1e5 / 3,
    ess: [11.9, 1 / 7],
    ancestors: samples.map((_, k) => k % 3),
    diagnostics: { rHat: [Number.POSITIVE_INFINITY, 1.1], acceptance: [], 10: [3] },
  };
  expect(ensembleOf(ensembleState(whole))).toEqual(whole);
});

it('what it does not have it does not get', () => {
  expect(ensembleOf(ensembleState({ samples, logWeights }))).toEqual({ samples, logWeights });
});
