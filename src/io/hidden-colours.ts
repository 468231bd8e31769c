/** Colours that nobody sees: what stands under alpha 0 is anything, and would bleed into what is seen. */
import { type FloatArray, floatArray, formatShape } from '../core/array.js';

/**
 * The same image with the colours of what is seen carried on into what is not, coarser with distance (pull-push:
 * averages of the seen over squares of 2, 4, 8, … pixels).
 * @param image [C, H, W].
 * @param alpha [1, H, W]; 0 hides.
 */
export function fillHidden(image: FloatArray, alpha: FloatArray): FloatArray {
  const [channels, height, width] = image.shape;
  const seen = alpha.data.map((value) => (value > 0 ? 1 : 0));
  if (!seen.includes(0) || !seen.includes(1)) return image;
  const size = height * width;
  const data = new Float32Array(image.data.length);
  for (let c = 0; c < channels; c++) {
    const plane = image.data.subarray(c * size, (c + 1) * size);
    data.set(filled(plane, seen, height, width), c * size);
  }
  return floatArray(data, image.shape);
}

/** What `alpha` hides in a file, hidden again as it was; an image of another size keeps what it has there. */
export function withHidden(
  image: FloatArray,
  { alpha, hidden }: { readonly alpha?: FloatArray; readonly hidden?: FloatArray },
): FloatArray {
  if (!alpha || !hidden || formatShape(hidden.shape) !== formatShape(image.shape)) return image;
  const size = alpha.data.length;
  return floatArray(
    image.data.map((value, i) => (alpha.data[i % size] > 0 ? value : hidden.data[i])),
    image.shape,
  );
}

function filled(plane: Float32Array, seen: Float32Array, height: number, width: number): Float32Array {
  const [h, w] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const [sums, counts] = [new Float32Array(h * w), new Float32Array(h * w)];
  const coarse = (i: number) => Math.floor(i / width / 2) * w + Math.floor((i % width) / 2);
  plane.forEach((value, i) => {
    sums[coarse(i)] += seen[i] * value;
    counts[coarse(i)] += seen[i];
  });
  const means = sums.map((sum, i) => (counts[i] > 0 ? sum / counts[i] : 0));
  const seenThere = counts.map((count) => (count > 0 ? 1 : 0));
  const below = seenThere.includes(0) ? filled(means, seenThere, h, w) : means;
  return plane.map((value, i) => (seen[i] > 0 ? value : below[coarse(i)]));
}
