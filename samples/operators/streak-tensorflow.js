/**
 * The operator of streak.js as a function for TensorFlow.js, which makes its adjoint.
 * `--problem tensorflow:file=samples/operators/streak-tensorflow.js`
 */

/** @param {number[]} measurementShape */
export function imageShape([channels, height, width]) {
  return [channels, height, width + 4];
}

/**
 * @param {number[]} _imageShape
 * @param {any} tf TensorFlow.js, as it is installed
 */
export function create(_imageShape, tf) {
  return {
    linear: true,
    /** @param {any} x a tensor of [channels, height, width]; pooling wants [batch, height, width, channels] */
    forward: (x) => tf.squeeze(tf.avgPool(tf.expandDims(x, 3), [1, 5], 1, 'valid'), [3]),
  };
}
