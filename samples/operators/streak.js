/**
 * An operator of one's own as a module: every measured value is the mean of five pixels in a row, as of a scene that
 * moves while it is taken. `--problem module:file=samples/operators/streak.js`
 */

const LENGTH = 5;

/** The shape of the images of a measurement: a row of w means is of w + 4 pixels. @param {number[]} measurementShape */
export function imageShape([channels, height, width]) {
  return [channels, height, width + LENGTH - 1];
}

/** @param {number[]} imageShape [channels, height, width] */
export function create([channels, height, width]) {
  const measured = width - LENGTH + 1;
  const rows = channels * height;
  return {
    outputShape: [channels, height, measured],
    /** @param {Float32Array} x */
    apply(x) {
      const y = new Float32Array(rows * measured);
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < measured; i++)
          for (let k = 0; k < LENGTH; k++) y[row * measured + i] += x[row * width + i + k] / LENGTH;
      return y;
    },
    /** The same sums with x and y in each other's place. @param {Float32Array} y */
    adjoint(y) {
      const x = new Float32Array(rows * width);
      for (let row = 0; row < rows; row++)
        for (let i = 0; i < measured; i++)
          for (let k = 0; k < LENGTH; k++) x[row * width + i + k] += y[row * measured + i] / LENGTH;
      return x;
    },
  };
}
