/** What particles of an ensemble begin with, or go on from. */
import { requireContext } from '../../src/core/arguments.js';
import type { FloatArray } from '../../src/core/array.js';
import type { State } from '../../src/core/checkpoints.js';
import { bitsOf, valuesOf } from '../../src/core/double-bits.js';
import type { Random } from '../../src/core/random.js';
import type { EnsembleContext } from '../solver.js';
import type { Population } from './population.js';

/**
 * One stream for each particle's place, whatever stands there: names are hashed once, not in every step. They go on
 * where an earlier run was stopped, if it kept `positions`.
 * @example
 * ```ts
 * import { type EnsembleContext, particleStreams, startState } from 'retrodict/solver';
 *
 * export function begun(context: EnsembleContext) {
 *   return particleStreams(context).map((random) => startState([3, 16, 16], 80, random));
 * }
 * ```
 */
export function particleStreams(context: EnsembleContext): Random[] {
  requireContext(context, 'random');
  const { random, samples } = context;
  const positions = context.resumed?.state['positions'];
  const streams = Array.from({ length: samples }, (_, k) => random('particle', k));
  if (positions)
    valuesOf(positions).forEach((position, k) => {
      streams[k].position = position;
    });
  return streams;
}

/** What particles begin with: all of an earlier run, where one was stopped. */
interface Started {
  readonly streams: readonly Random[];
  readonly particles: readonly FloatArray[];
  /** The first round: a step for each particle makes one. */
  readonly round: number;
  /** Of the population. */
  readonly kept?: FloatArray;
}

export function startParticles(context: EnsembleContext, start: (random: Random) => FloatArray): Started {
  const streams = particleStreams(context);
  const { step = 0, state } = context.resumed ?? {};
  const particles = streams.map((random, k) => state?.[`particle ${k}`] ?? start(random));
  return { streams, particles, round: step / context.samples, kept: state?.['population'] };
}

/** All that a round and those after it depend on. @param arrayOf what is to be kept of a particle. */
export function particleState<S>(
  population: Population<S>,
  streams: readonly Random[],
  arrayOf: (particle: S) => FloatArray,
): State {
  return {
    ...Object.fromEntries(population.states.map((particle, k) => [`particle ${k}`, arrayOf(particle)])),
    population: population.kept,
    positions: bitsOf(streams.map(({ position }) => position)),
  };
}
