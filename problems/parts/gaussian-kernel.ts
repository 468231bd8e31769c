/** Gaussian kernels, of a blur or before pixels are left out. */

/** Samples of a Gaussian at 0 … radius, scaled so that the whole even kernel sums to 1. */
export function gaussianHalf(sigma: number, radius: number): Float64Array {
  const weights = Float64Array.from({ length: radius + 1 }, (_, j) => Math.exp(-0.5 * (j / sigma) ** 2));
  const sum = weights.reduce((total, weight, j) => total + (j === 0 ? weight : 2 * weight), 0);
  return weights.map((weight) => weight / sum);
}

/** The square kernel whose rows and columns are this even function. */
export function separable(half: Float64Array) {
  const size = 2 * half.length - 1;
  const at = (i: number) => half[Math.abs(i - half.length + 1)];
  const data = Float64Array.from({ length: size * size }, (_, i) => at(Math.floor(i / size)) * at(i % size));
  return { height: size, width: size, data };
}
