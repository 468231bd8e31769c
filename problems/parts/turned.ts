/** Pictures turned and mirrored, as EXIF counts the ways. */
import { type LinearOperator, withLinearization } from '../operator.js';
import { type ImageShape, mapPlanes } from './planes.js';

/**
 * An upright picture ↦ the one that is stored, which EXIF's orientation turns upright; the adjoint is the way back.
 * @param orientation 1 to 8: 1 as it is, 3 upside down, 6 a quarter turn clockwise.
 */
export function turnedBack(upright: ImageShape, orientation: number): LinearOperator {
  const [channels, height, width] = upright;
  const swapped = orientation >= 5;
  const stored: ImageShape = swapped ? [channels, width, height] : upright;
  const [, rows, columns] = stored;
  const [flipRows, flipColumns] = [[3, 4, 6, 7].includes(orientation), [2, 3, 7, 8].includes(orientation)];
  // The place in the stored plane of each pixel of the upright one.
  const places = new Int32Array(height * width);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [row, column] = swapped ? [x, y] : [y, x];
      places[i] = (flipRows ? rows - 1 - row : row) * columns + (flipColumns ? columns - 1 - column : column);
    }
  }
  return withLinearization({
    inputShape: upright,
    outputShape: stored,
    apply: (x) =>
      mapPlanes(x, upright, stored, (from, start, to, end) => {
        for (let i = 0; i < places.length; i++) to[end + places[i]] = from[start + i];
      }),
    adjoint: (y) =>
      mapPlanes(y, stored, upright, (from, start, to, end) => {
        for (let i = 0; i < places.length; i++) to[end + i] = from[start + places[i]];
      }),
    norm: 1,
    rowScale: 1,
  });
}
