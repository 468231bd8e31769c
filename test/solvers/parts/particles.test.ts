import { expect, it } from 'vitest';
import { particleState, particleStreams, startParticles } from '../../../solvers/parts/particles.js';
import { Population } from '../../../solvers/parts/population.js';
import type { EnsembleContext } from '../../../solvers/solver.js';
import { keyedRandom, type Random } from '../../../src/core/random.js';

const context: EnsembleContext = {
  random: keyedRandom(0, 'particles', 0),
  step: async () => {},
  samples: 5,
};
const start = (random: Random) => random.normals([1, 1, 2]);

it('particles begin each from a stream of its own', () => {
  const { particles, round, kept } = startParticles(context, start);
  expect(particles).toEqual(particleStreams(context).map(start));
  expect(new Set(particles.map(({ data }) => data[0])).size).toBe(5);
  expect([round, kept]).toEqual([0, undefined]);
});

it('and go on with what they were, what they weighed, and the rest of their streams', () => {
  const { streams, particles } = startParticles(context, start);
  const population = new Population(particles);
  const round = () => {
    for (let k = 0; k < 5; k++) population.reweigh(k, Math.log(streams[k].uniform() / 3));
    population.resample(1, context.random('resample'));
    for (let k = 0; k < 5; k++) population.move(k, start(streams[k]));
  };
  round();
  round();
  const state = particleState(population, streams, (x) => x);
  const again = startParticles({ ...context, resumed: { step: 10, state } }, () => {
    throw new Error('they have begun already');
  });
  expect(again.round).toBe(2);
  expect(again.particles).toEqual(population.states);
  expect(again.streams.map((stream) => stream.uint32())).toEqual(streams.map((stream) => stream.uint32()));
  const resumed = new Population(again.particles).resume(again.kept);
  expect(resumed.result()).toEqual(population.result());
  expect(resumed.result().diagnostics).toEqual({ resamplings: [2] });
});
