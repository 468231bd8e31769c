/** Pictures of instruments, which often fill 12 of 16 bits, or less. */
import type { Levels } from '../core/levels.js';
import type { Picture } from './picture.js';

/** A picture whose brightest value is darker than this has not been exposed so: it has been stored so. */
const DIM = 0.1;

/** Black, and the brightest value of a 16-bit picture that uses hardly any of its range; else undefined. */
export function dimLevels({ image, bits }: Pick<Picture, 'image' | 'bits'>): Levels | undefined {
  if (bits !== 16) return undefined;
  const white = image.data.reduce((most, value) => Math.max(most, value), 0);
  return white > 0 && white < DIM ? { black: 0, white } : undefined;
}
