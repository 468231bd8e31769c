/**
 * The singular value decomposition of an operator A that gives less than it takes, whose AAᵀ = Q·diag(g)·Qᵀ is
 * diagonal in a known basis Q of the measurement. Its rows' space has the orthonormal basis R = AᵀQ·diag(g)^−½; what
 * it lacks to an orthogonal V are vectors that A does not see. A reflection W that exchanges R with some pixels J
 * gives them all at once: V is W on the other pixels.
 */
import { sizeOf } from '../../src/core/array.js';
import type { SingularValues } from '../operator.js';
import { eachPlane, type ImageShape, repeatPlane, reshaped } from './planes.js';
import type { Precise, RowBasis } from './row-basis.js';

/** The same for every channel. @param eigenvalues g, zero where A has no such row. */
export function rowSvd(
  imageShape: ImageShape,
  outputShape: ImageShape,
  rows: Precise,
  basis: RowBasis,
  eigenvalues: Float64Array,
): SingularValues {
  const { forward, inverse, embedding } = basis;
  const { places, mix = () => {} } = embedding;
  const [channels, ...planeShape] = imageShape;
  const size = sizeOf(planeShape);
  const flat = [channels * size];
  const roots = eigenvalues.map(Math.sqrt);
  const { reflect, signs } = reflection(size, rows, basis, roots);
  /** The channel's spectral coordinates have the coefficients in the pixels' places. */
  const replace = (image: Float64Array, transform: (values: Float64Array) => Float64Array) => {
    const values = transform(Float64Array.from(places, (place) => image[place]));
    for (let k = 0; k < places.length; k++) image[places[k]] = values[k];
  };

  const values = new Float32Array(size);
  for (let k = 0; k < places.length; k++) values[places[k]] = roots[k];
  return {
    values: repeatPlane(channels, values),
    toSpectrum: (x) =>
      reshaped(
        eachPlane(x, imageShape, imageShape, (plane) => {
          const image = reflect(new Float64Array(plane));
          mix(image);
          replace(image, forward);
          return image;
        }),
        flat,
      ),
    fromSpectrum: (u) =>
      eachPlane(u, imageShape, imageShape, (plane) => {
        const image = new Float64Array(plane);
        replace(image, inverse);
        mix(image);
        return reflect(image);
      }),
    measurementToSpectrum: (y) =>
      reshaped(
        eachPlane(y, outputShape, imageShape, (plane) => {
          const coefficients = forward(new Float64Array(plane));
          const out = new Float64Array(size);
          for (let k = 0; k < places.length; k++) {
            out[places[k]] = roots[k] === 0 ? 0 : signs[k] * coefficients[k];
          }
          return out;
        }),
        flat,
      ),
  };
}

/** W = I − (J − R)(I − JᵀR)⁻¹(J − R)ᵀ, symmetric and orthogonal, and the signs in R. @param roots √g */
function reflection(
  size: number,
  { apply, adjoint }: Precise,
  { forward, inverse, embedding }: RowBasis,
  roots: Float64Array,
) {
  const { places, mix = () => {} } = embedding;
  const count = places.length;
  /** Coefficients of J's part of the channel. */
  const project = (image: Float64Array) => {
    const mixed = image.slice();
    mix(mixed);
    return forward(Float64Array.from(places, (place) => mixed[place]));
  };
  /** The channel that J makes of coefficients. */
  const embed = (coefficients: Float64Array) => {
    const image = new Float64Array(size);
    const values = inverse(coefficients);
    for (let k = 0; k < count; k++) image[places[k]] = values[k];
    mix(image);
    return image;
  };
  // JᵀR is diagonal too. Each pair of vectors is exchanged up to the sign that keeps the reflection well conditioned.
  const cosines = forward(apply(embed(new Float64Array(count).fill(1))));
  for (let k = 0; k < count; k++) cosines[k] = roots[k] === 0 ? 0 : cosines[k] / roots[k];
  const signs = Int8Array.from(cosines, (cosine) => (cosine > 0 ? -1 : 1));
  const reflect = (image: Float64Array) => {
    const rows = forward(apply(image));
    const turned = project(image);
    for (let k = 0; k < count; k++) {
      const difference = roots[k] === 0 ? 0 : turned[k] - (signs[k] * rows[k]) / roots[k];
      turned[k] = difference / (1 - signs[k] * cosines[k]);
      rows[k] = roots[k] === 0 ? 0 : (signs[k] * turned[k]) / roots[k];
    }
    const [fromPixels, fromRows] = [embed(turned), adjoint(inverse(rows))];
    return image.map((value, i) => value - fromPixels[i] + fromRows[i]);
  };
  return { reflect, signs };
}
