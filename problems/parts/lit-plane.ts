/** A real image seen in complex light: what coils and diffraction measure of it. */
import { CentredFft2d } from '../../src/core/centred-fft2d.js';
import { kernels } from '../../src/core/kernels.js';

/**
 * The centred orthonormal Fourier transform F of light·image, for planes [height, width]. Complex values stand in
 * pairs.
 * @param columns those of the spectrum that are wanted, all when absent.
 * @returns gives the planes to fill and read, until the kernels' memory is entered again.
 */
export function litPlane(height: number, width: number, columns?: number[]) {
  const fft = new CentredFft2d(height, width, columns);
  const pixels = height * width;
  // Pixels go through in pairs; what is behind the last one counts for nothing.
  const even = pixels + (pixels % 2);
  return () => {
    const { re, im, forward, inverse, others } = fft.enter(
      [Float64Array, even],
      [Float32Array, even],
      [Float32Array, 2 * even],
      [Float32Array, 2 * even],
      [Float32Array, even],
    );
    const [sum, image, light, values, kept] = others;
    return {
      ...{ sum, image, light, values, kept },
      /** values ← kept · F(light · image) */
      transform() {
        kernels.lightPlane(image, light, re, im, even);
        forward();
        kernels.planeToPairs(re, im, kept, values, even);
      },
      /** sum ← sum + Re(light* · F⁻¹(kept · values)), the adjoint */
      collect() {
        kernels.pairsToPlane(values, kept, re, im, even);
        inverse();
        kernels.collectPlane(sum, light, re, im, even);
      },
    };
  };
}
