/**
 * TensorFlow.js as the tests have it: core and the plain JavaScript backend. In its build for Node the core comes
 * without gradients, and @tensorflow/tfjs, which brings them, is 294 MB; so these tests register those of the kernels
 * they use.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

tf.enableProdMode(); // no advice on standard error

tf.registerGradient({
  kernelName: 'Square',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.mul(x, 2)) }),
});

for (const [kernelName, input] of [
  ['Reshape', 'x'],
  ['ExpandDims', 'input'],
])
  tf.registerGradient({
    kernelName,
    inputsToSave: [input],
    gradFunc: (dy, [x]) => ({ [input]: () => tf.reshape(dy as tf.Tensor, x.shape) }),
  });

tf.registerGradient({
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc(dy, [x, filter], attributes) {
    const { strides, pad } = attributes as unknown as { strides: [number, number]; pad: 'same' };
    const shape = x.shape as [number, number, number, number];
    return {
      x: () => tf.conv2dTranspose(dy as tf.Tensor4D, filter as tf.Tensor4D, shape, strides, pad),
      filter: () => tf.zerosLike(filter), // the tests' filters are constants
    };
  },
});

export { tf };
