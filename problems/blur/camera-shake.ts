/**
 * How a camera moves in shaking hands (after Boracchi & Foi, "Modeling the performance of image restoration from
 * motion blur", 2012).
 */
import type { Random } from '../../src/core/random.js';

const STEPS = 2000;

/**
 * A particle with inertia that is nudged at every step, pulled back to where it began, and now and then thrown into
 * another direction, by a quarter to three quarters of a turn; some three times in a path of intensity 1.
 * @param intensity 0 moves on a straight line, 1 jerks about.
 * @returns points of the path, in steps of equal length that sum to 1.
 */
export function cameraShake(intensity: number, random: Random): [x: number, y: number][] {
  const nudge = (6 * intensity) / Math.sqrt(STEPS);
  const pull = 2 * intensity;
  const jerks = (3 * intensity) / STEPS;
  let heading = 2 * Math.PI * random.uniform();
  let [x, y] = [0, 0];
  const path: [number, number][] = [];
  for (let step = 0; step < STEPS; step++) {
    path.push([x, y]);
    if (random.uniform() < jerks) heading += Math.PI * (0.5 + random.uniform());
    const towards = Math.sin(Math.atan2(-y, -x) - heading);
    heading += nudge * random.normal() + (pull * Math.hypot(x, y) * towards) / STEPS;
    x += Math.cos(heading) / STEPS;
    y += Math.sin(heading) / STEPS;
  }
  return path;
}
