/** What is used of fft.js, which ships no types. Arrays are interleaved [re, im, …]. */
declare module 'fft.js' {
  class FFT {
    /** @param size a power of two, at least 2. */
    constructor(size: number);
    /** out[k] = Σₙ data[n]·exp(−2πi·kn/size); `out` and `data` must differ. */
    transform(out: Float64Array, data: Float64Array): void;
  }
  export = FFT;
}
