/** Sensitivities of receive coils: complex maps, one for each coil. */
import { type FloatArray, zeros } from '../../src/core/array.js';

/** How far the coils' middles are from that of the image, in half image sides. */
const DISTANCE = 1.5;

/**
 * Coils on a circle around the image, each of sensitivity 1/distance and of a phase that turns with the direction to
 * it, scaled so that the squares of all coils sum to 1 in every pixel: the "birdcage" of MRI simulations, as in
 * SigPy's `birdcage_maps`.
 * @returns [coils, height, width, 2]
 */
export function birdcageMaps(coils: number, height: number, width: number): FloatArray {
  const maps = zeros([coils, height, width, 2]);
  const values = new Float64Array(2 * coils);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let squares = 0;
      for (let coil = 0; coil < coils; coil++) {
        const angle = (2 * Math.PI * coil) / coils;
        const across = (2 * x) / width - 1 - DISTANCE * Math.cos(angle);
        const down = (2 * y) / height - 1 - DISTANCE * Math.sin(angle);
        const distance = Math.hypot(across, down);
        const phase = Math.atan2(across, -down) - angle;
        values[2 * coil] = Math.cos(phase) / distance;
        values[2 * coil + 1] = Math.sin(phase) / distance;
        squares += 1 / distance ** 2;
      }
      for (let coil = 0; coil < coils; coil++) {
        const at = 2 * ((coil * height + y) * width + x);
        maps.data[at] = values[2 * coil] / Math.sqrt(squares);
        maps.data[at + 1] = values[2 * coil + 1] / Math.sqrt(squares);
      }
    }
  }
  return maps;
}
