/**
 * The equivariant bootstrap (Tachella and Pereyra, "Equivariant bootstrapping for uncertainty quantification in imaging
 * inverse problems", AISTATS 2024, arXiv 2310.11838): how far an estimator f is off, told by itself and without data.
 * Images are as likely mirrored, turned or shifted. So the estimate x̂ is, is measured anew and restored again, and all
 * that is undone:
 *
 *   x⁽ⁱ⁾ = Tᵢ⁻¹ f(A(Tᵢ x̂) + noise)
 *
 * and x⁽ⁱ⁾ − x̂ stands for x̂ − x. Without Tᵢ what A does not see would never be moved, and its error not be told.
 *
 * Departures: only exact group actions (turns by right angles, mirrors, circular shifts by whole pixels). The published
 * code's flips act on channels and batch, and its rotations are undone by another angle; neither is so here.
 */

import { zeroHoles } from '../problems/observed.js';
import type { Problem } from '../problems/problem.js';
import {
  inverse,
  type Orientation,
  orientations,
  oriented,
  type Symmetry,
} from '../solvers/parts/equivariant.js';
import { type FloatArray, mapArray, zeros } from './core/array.js';
import { keyedRandom, type Random, type RandomSource } from './core/random.js';
import { difference, norm } from './core/vector.js';

/** How far an estimate may be off, as the bootstrap tells it. */
export interface Bootstrap {
  /** Root mean square of x⁽ⁱ⁾ − x̂ over the rounds, of each value of what the problem reports. */
  readonly sd: FloatArray;
  /** Of each round: root mean square of x⁽ⁱ⁾ − x̂ over the image. */
  readonly rmse: readonly number[];
  /** What the root mean square error of x̂ stays below with the chance `level`, as far as the bootstrap can tell. */
  readonly radius: number;
}

/** An estimate, how it was made, and what images are alike in. */
interface Bootstrapped {
  /** x̂, as the problem's operator takes it. */
  readonly estimate: FloatArray;
  readonly problem: Problem;
  /** What the prior's images are alike in; of a method without a prior all orientations are. */
  readonly symmetry: Symmetry;
  readonly rounds: number;
  readonly level: number;
  readonly seed: number;
  /** Tells this measurement from others. */
  readonly item: string;
  /** f: restores a measurement of the same problem, with random numbers of its own. */
  restore(measurement: FloatArray, round: number, randomOf: (k: number) => RandomSource): Promise<FloatArray>;
}

/** Runs the rounds one after the other. */
export async function bootstrap(given: Bootstrapped): Promise<Bootstrap> {
  const { estimate, problem, rounds, level, seed, item } = given;
  const [, height, width] = estimate.shape;
  const choices = orientations(given.symmetry, height === width);
  const reported = problem.report(estimate);
  const squares = zeros(reported.shape);
  const rmse: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const randomOf = (k: number) => keyedRandom(seed, `${item} bootstrap ${round}`, k);
    const motion = drawMotion(choices, height, width, randomOf(0)('motion'));
    const clean = await problem.operator.apply(moved(estimate, motion));
    const noisy = problem.noise.sample(clean, randomOf(0)('noise'));
    const again = await given.restore(zeroHoles(noisy, problem.operator), round, randomOf);
    const error = difference(problem.report(movedBack(again, motion)), reported);
    for (let i = 0; i < squares.data.length; i++) squares.data[i] += error.data[i] ** 2 / rounds;
    rmse.push(norm(error.data) / Math.sqrt(error.data.length));
  }
  return { sd: mapArray(squares, Math.sqrt), rmse, radius: quantileOf(rmse, level) };
}

/** Turned first, then shifted along rows and columns. */
interface Motion {
  readonly orientation: Orientation;
  readonly down: number;
  readonly right: number;
}

/** Pixels; never more than an eighth of a side. Farther, the seam of a circular shift would be much of the picture. */
const FARTHEST = 10;

function drawMotion(choices: readonly Orientation[], height: number, width: number, random: Random): Motion {
  const upTo = (side: number) => {
    const farthest = Math.min(FARTHEST, Math.floor(side / 8));
    return random.integer(2 * farthest + 1) - farthest;
  };
  return { orientation: choices[random.integer(choices.length)], down: upTo(height), right: upTo(width) };
}

function moved(x: FloatArray, { orientation, down, right }: Motion): FloatArray {
  return shifted(oriented(x, orientation), down, right);
}

function movedBack(x: FloatArray, { orientation, down, right }: Motion): FloatArray {
  return oriented(shifted(x, -down, -right), inverse(orientation));
}

/** Circularly. */
function shifted(x: FloatArray, down: number, right: number): FloatArray {
  const [channels, height, width] = x.shape;
  const out = zeros(x.shape);
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < height; row++) {
      const from = (channel * height + row) * width;
      const to = (channel * height + ((row + down + height) % height)) * width;
      for (let i = 0; i < width; i++) out.data[to + ((i + right + width) % width)] = x.data[from + i];
    }
  }
  return out;
}

/** The value at rank (n + 1)·level, the largest where there are too few. */
function quantileOf(values: readonly number[], level: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length, Math.ceil((sorted.length + 1) * level)) - 1];
}
