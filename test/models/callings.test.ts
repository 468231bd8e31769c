/** The ways of calling a network that are tried: each is one that a card may say. */
import { describe, expect, it } from 'vitest';
import { callings } from '../../models/callings.js';
import { diffusionCard } from '../../models/card.js';
import { tinyCard, tinyNetwork } from './tiny-prior.js';

const card = JSON.parse(tinyCard(tinyNetwork()));

describe.each([
  ['step', 18],
  ['number', 50],
  ['nothing', 4],
] as const)('of a network that is told a %s', (told, count) => {
  const found = callings(told);

  it('there are as many as parametrisations, schedules and value ranges that go together', () => {
    expect(found.length).toBe(count);
    expect(new Set(found.map((calling) => JSON.stringify(calling))).size).toBe(count);
  });

  it('each makes a card', () => {
    const inputs = told === 'nothing' ? { image: 'x' } : card.inputs;
    for (const calling of found) {
      expect(diffusionCard.safeParse({ ...card, ...calling, inputs }).error).toBeUndefined();
    }
  });
});

it('σ of the last step of the linear table is that of DDPM, 157', () => {
  const [{ sigmaRange }] = callings('step');
  expect(sigmaRange[1]).toBeCloseTo(157.4, 1);
});
