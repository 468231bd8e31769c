/** The colours of maps. */
import { interpolateCividis } from 'd3-scale-chromatic';

/**
 * Cividis (Nuñez, Anderton and Renslow 2018): equal steps look equal, also to who is colour-blind.
 * @param count how many, from least to most.
 * @returns red, green and blue of each, 0 to 255.
 */
export function mapColours(count: number): number[][] {
  return Array.from({ length: count }, (_, k) => {
    const text = interpolateCividis(k / (count - 1));
    return (text.match(/\d+/g) ?? []).map(Number);
  });
}
