/** What an image shows, as CLIP's image encoder tells it (Radford et al. 2021, arXiv 2103.00020). */
import { type FloatArray, floatArray } from '../src/core/array.js';
import type { LatentCard } from './card.js';
import { type GraphModel, openGraph } from './onnx/differentiable-graph.js';
import type { Negation } from './prior.js';

type ImageEncoderCard = NonNullable<NonNullable<LatentCard['text']>['image']>;

export type ImageFeatures = Negation['features'];

/** @throws Error where the graph takes more than a picture. */
export async function openImageEncoder(
  card: ImageEncoderCard,
  model: Omit<GraphModel, 'differentiate'>,
): Promise<ImageFeatures> {
  const session = await openGraph(model);
  if (session.inputs.length !== 1 || session.inputs[0].name !== card.input) {
    const found = session.inputs.map(({ name }) => name).join(', ');
    throw new Error(`${model.source.name} takes ${found}; expected a picture "${card.input}" alone.`);
  }
  return async (image, signal) => {
    const { size, mean, sd } = card;
    const { data } = resized(middle(image), size);
    const perColour = size * size;
    const normalised = data.map((value, i) => {
      const colour = Math.floor(i / perColour);
      return (value - mean[colour]) / sd[colour];
    });
    const fed = { type: 'float32' as const, dims: [1, 3, size, size], data: normalised };
    const { outputs } = await session.run({ [card.input]: fed }, { fetch: [card.output], signal });
    return outputs[card.output].data as Float32Array;
  };
}

/** The largest square about the middle; grey is put into three colours. */
function middle({ data, shape: [channels, height, width] }: FloatArray): FloatArray {
  const side = Math.min(height, width);
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  const square = new Float32Array(3 * side * side);
  for (let colour = 0; colour < 3; colour++) {
    const plane = Math.min(colour, channels - 1) * height * width;
    for (let row = 0; row < side; row++) {
      const start = plane + (top + row) * width + left;
      square.set(data.subarray(start, start + side), (colour * side + row) * side);
    }
  }
  return floatArray(square, [3, side, side]);
}

/** Bicubic (Keys, a = −½), without aliases where it makes smaller, as Pillow does; clipped to [0, 1]. */
export function resized({ data, shape: [channels, side] }: FloatArray, size: number): FloatArray {
  const weights = lineWeights(side, size);
  const rows = new Float32Array(channels * side * size);
  for (let line = 0; line < channels * side; line++) {
    weights.forEach(({ from, values }, i) => {
      rows[line * size + i] = values.reduce((sum, w, k) => sum + w * data[line * side + from + k], 0);
    });
  }
  const out = new Float32Array(channels * size * size);
  for (let channel = 0; channel < channels; channel++) {
    weights.forEach(({ from, values }, i) => {
      for (let column = 0; column < size; column++) {
        const at = (k: number) => rows[(channel * side + from + k) * size + column];
        const value = values.reduce((sum, w, k) => sum + w * at(k), 0);
        out[(channel * size + i) * size + column] = Math.min(Math.max(value, 0), 1);
      }
    });
  }
  return floatArray(out, [channels, size, size]);
}

/** For each pixel of a line of `size`, which of those of a line of `side` it is made of. */
function lineWeights(side: number, size: number): { from: number; values: number[] }[] {
  const scale = side / size;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: size }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const from = Math.max(Math.floor(centre - 2 * stretch + 0.5), 0);
    const to = Math.min(Math.floor(centre + 2 * stretch + 0.5), side);
    const values = Array.from({ length: to - from }, (__, k) => cubic((from + k + 0.5 - centre) / stretch));
    const sum = values.reduce((a, b) => a + b, 0);
    return { from, values: values.map((value) => value / sum) };
  });
}

function cubic(t: number): number {
  const d = Math.abs(t);
  if (d < 1) return 1.5 * d ** 3 - 2.5 * d ** 2 + 1;
  return d < 2 ? -0.5 * d ** 3 + 2.5 * d ** 2 - 4 * d + 2 : 0;
}
