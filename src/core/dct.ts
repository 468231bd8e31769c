/** The orthonormal cosine transform (DCT-II) of planes of any size. */
import { requireSizes } from './arguments.js';
import { type FourierPlan, fourierPlan } from './fft.js';
import { kernels, room } from './kernels.js';
import type { Vector } from './vector.js';

/**
 * C[k] = √((1 or 2)/N)·Σₙ x[n]·cos(πk(2n+1)/2N) along both axes of planes [height, width]. These cosines are what a
 * plane continued by its mirror image (c b a | a b c | c b a) is made of.
 * @example
 * ```ts
 * import { Dct2d } from 'retrodict/problem';
 *
 * const coefficients = new Float64Array(64);
 * new Dct2d(8, 8).forward(new Float32Array(64).fill(1), 0, coefficients);
 * console.log(coefficients[0]); // 8: a flat plane has no other coefficient
 * ```
 */
export class Dct2d {
  private readonly along: CosinePlan;
  private readonly down: CosinePlan;

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    requireSizes({ height, width });
    this.along = cosinePlan(width);
    this.down = cosinePlan(height);
  }

  /** Coefficients [height, width] of the plane that starts at `offset` of `data`. */
  forward(data: Vector, offset: number, coefficients: Float64Array): void {
    const { height, width } = this;
    const { plane, work, along, alongTurns, down, downTurns } = this.room();
    plane.set(data.subarray(offset, offset + height * width));
    kernels.cosineLines(along, work, alongTurns, plane, height, width, 1);
    kernels.cosineLines(down, work, downTurns, plane, width, 1, width);
    coefficients.set(plane);
  }

  /** The plane with these coefficients, to `data` from `offset` on. */
  inverse(coefficients: Float64Array, data: Vector, offset: number): void {
    const { height, width } = this;
    const { plane, work, along, alongTurns, down, downTurns } = this.room();
    plane.set(coefficients);
    kernels.cosineLinesInverse(down, work, downTurns, plane, width, 1, width);
    kernels.cosineLinesInverse(along, work, alongTurns, plane, height, width, 1);
    data.set(plane, offset);
  }

  private room() {
    const [plane, work, along, alongTurns, down, downTurns] = room(
      [Float64Array, this.height * this.width],
      [Float64Array, Math.max(this.along.work, this.down.work)],
      [Float64Array, this.along.table.length],
      [Float64Array, this.along.turns.length],
      [Float64Array, this.down.table.length],
      [Float64Array, this.down.turns.length],
    );
    along.set(this.along.table);
    alongTurns.set(this.along.turns);
    down.set(this.down.table);
    downTurns.set(this.down.turns);
    return { plane, work, along, alongTurns, down, downTurns };
  }
}

interface CosinePlan extends FourierPlan {
  /** See kernels/cosine.ts. */
  readonly turns: Float64Array;
}

function cosinePlan(size: number): CosinePlan {
  const turns = new Float64Array(3 * size);
  for (let k = 0; k < size; k++) {
    const angle = (Math.PI * k) / (2 * size);
    turns[k] = Math.cos(angle);
    turns[size + k] = -Math.sin(angle);
    turns[2 * size + k] = Math.sqrt((k === 0 ? 1 : 2) / size);
  }
  return { ...fourierPlan(size), turns };
}
