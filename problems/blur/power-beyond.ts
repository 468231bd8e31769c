/**
 * What a periodic blur's power C Cᵀ makes, beyond a window, of values that lie there. The kernel reaches no farther
 * than its extent, so that two bands of the plane are enough: rows and columns beyond the window, and as many about
 * them as kernel and mirrored kernel reach.
 */
import { type FloatArray, floatArray, zeros } from '../../src/core/array.js';
import { fastSize } from '../../src/core/fft.js';
import type { LinearOperator, Window } from '../operator.js';
import type { ImageShape } from '../parts/planes.js';
import { type Kernel, wrapIndex } from '../parts/transfer.js';

/** A part of the plane with an operator of its own. */
interface Band {
  readonly blur: LinearOperator;
  /** The values that lie in it, and where. */
  readonly values: Int32Array;
  readonly at: Int32Array;
  /** Which of them it tells. */
  readonly told: readonly number[];
}

/** @param places beyond the window, in the plane. @returns what takes and gives one value for each place. */
export function powerBeyond(
  places: Int32Array,
  [rows, columns]: readonly [number, number],
  kernel: Pick<Kernel, 'height' | 'width'>,
  periodic: (shape: ImageShape) => LinearOperator,
  { top, left, height, width }: Window,
): (v: FloatArray) => Promise<FloatArray> {
  const [reachDown, reachAlong] = [kernel.height - 1, kernel.width - 1];
  const beyondDown = rows - height;
  const beyondAlong = columns - width;
  const bandRows = Math.min(rows, fastSize(beyondDown + 2 * reachDown));
  const bandColumns = Math.min(columns, fastSize(beyondAlong + 2 * reachAlong));
  /** Rows and columns of a place from the band's first on; the period goes on. */
  const rowIn = (place: number) => wrapIndex(Math.floor(place / columns) - (top + height) + reachDown, rows);
  const columnIn = (place: number) => wrapIndex((place % columns) - (left + width) + reachAlong, columns);
  const isAcross = (place: number) => {
    const row = Math.floor(place / columns);
    return row < top || row >= top + height;
  };
  const bandOf = (
    shape: ImageShape,
    atOf: (place: number) => number | undefined,
    tells: (place: number) => boolean,
  ): Band => {
    const [values, at, told]: [number[], number[], number[]] = [[], [], []];
    for (const [k, place] of places.entries()) {
      const own = atOf(place);
      if (own === undefined) continue;
      if (tells(place)) told.push(values.length);
      values.push(k);
      at.push(own);
    }
    return { blur: periodic(shape), values: Int32Array.from(values), at: Int32Array.from(at), told };
  };
  const across = bandOf(
    [1, bandRows, columns],
    (place) => (rowIn(place) < bandRows ? rowIn(place) * columns + (place % columns) : undefined),
    isAcross,
  );
  const upright = bandOf(
    [1, rows, bandColumns],
    (place) =>
      columnIn(place) < bandColumns ? Math.floor(place / columns) * bandColumns + columnIn(place) : undefined,
    (place) => !isAcross(place),
  );
  return async (v) => {
    const out = new Float32Array(v.data.length);
    for (const { blur, values, at, told } of [across, upright]) {
      const plane = zeros(blur.inputShape);
      for (let i = 0; i < values.length; i++) plane.data[at[i]] = v.data[values[i]];
      const power = (await blur.apply(await blur.adjoint(plane))).data;
      for (const i of told) out[values[i]] = power[at[i]];
    }
    return floatArray(out, [out.length]);
  };
}
