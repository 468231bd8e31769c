/**
 * Passes of Stockham's Fourier transform, decimation in frequency. A pass takes transforms of n = `length` values, `stride`
 * apart, to `radix` times as many of n/radix: with m = n/radix, w = exp(−2πi/n) and W = exp(−2πi/radix),
 *
 *     out[s·(radix·p + j)] = w^(jp)·Σₖ in[s·(p + km)]·W^(jk)   for p < m, j < radix,
 *
 * and the same for the `stride` values behind each. (Van Loan, Computational Frameworks for the FFT, 1992, §1.7.)
 */

/** exp(−2πi·k/N) for k < N, N the size of the whole transform. */
export interface Roots {
  readonly cosine: Float64Array;
  readonly sine: Float64Array;
}

interface Pass extends Roots {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly outRe: Float64Array;
  readonly outIm: Float64Array;
  readonly length: number;
  readonly stride: number;
}

/** @param radix 2, 4 or an odd prime. */
export function passOf(radix: number): (pass: Pass) => void {
  const own = { 2: passOfTwo, 3: passOfThree, 4: passOfFour, 5: passOfFive }[radix];
  return own ?? ((pass) => passOfOdd(radix, pass));
}

function passOfTwo({ re, im, outRe, outIm, cosine, sine, length, stride }: Pass): void {
  const part = length / 2;
  const step = stride * part;
  const turn = cosine.length / length;
  for (let p = 0; p < part; p++) {
    const c = cosine[p * turn];
    const s = sine[p * turn];
    const end = stride * (p + 1);
    for (let i = stride * p, o = 2 * stride * p; i < end; i++, o++) {
      const differenceRe = re[i] - re[i + step];
      const differenceIm = im[i] - im[i + step];
      outRe[o] = re[i] + re[i + step];
      outIm[o] = im[i] + im[i + step];
      outRe[o + stride] = c * differenceRe - s * differenceIm;
      outIm[o + stride] = c * differenceIm + s * differenceRe;
    }
  }
}

function passOfThree({ re, im, outRe, outIm, cosine, sine, length, stride }: Pass): void {
  const part = length / 3;
  const step = stride * part;
  const turn = cosine.length / length;
  const height = Math.sqrt(3) / 2;
  for (let p = 0; p < part; p++) {
    const c1 = cosine[p * turn];
    const s1 = sine[p * turn];
    const c2 = cosine[2 * p * turn];
    const s2 = sine[2 * p * turn];
    const end = stride * (p + 1);
    for (let i = stride * p, o = 3 * stride * p; i < end; i++, o++) {
      const sumRe = re[i + step] + re[i + 2 * step];
      const sumIm = im[i + step] + im[i + 2 * step];
      const turnedRe = height * (im[i + step] - im[i + 2 * step]);
      const turnedIm = height * (re[i + 2 * step] - re[i + step]);
      const middleRe = re[i] - 0.5 * sumRe;
      const middleIm = im[i] - 0.5 * sumIm;
      outRe[o] = re[i] + sumRe;
      outIm[o] = im[i] + sumIm;
      outRe[o + stride] = c1 * (middleRe + turnedRe) - s1 * (middleIm + turnedIm);
      outIm[o + stride] = c1 * (middleIm + turnedIm) + s1 * (middleRe + turnedRe);
      outRe[o + 2 * stride] = c2 * (middleRe - turnedRe) - s2 * (middleIm - turnedIm);
      outIm[o + 2 * stride] = c2 * (middleIm - turnedIm) + s2 * (middleRe - turnedRe);
    }
  }
}

function passOfFour({ re, im, outRe, outIm, cosine, sine, length, stride }: Pass): void {
  const part = length / 4;
  const step = stride * part;
  const turn = cosine.length / length;
  for (let p = 0; p < part; p++) {
    const c1 = cosine[p * turn];
    const s1 = sine[p * turn];
    const c2 = cosine[2 * p * turn];
    const s2 = sine[2 * p * turn];
    const c3 = cosine[3 * p * turn];
    const s3 = sine[3 * p * turn];
    const end = stride * (p + 1);
    for (let i = stride * p, o = 4 * stride * p; i < end; i++, o++) {
      const evenSumRe = re[i] + re[i + 2 * step];
      const evenSumIm = im[i] + im[i + 2 * step];
      const evenRe = re[i] - re[i + 2 * step];
      const evenIm = im[i] - im[i + 2 * step];
      const oddSumRe = re[i + step] + re[i + 3 * step];
      const oddSumIm = im[i + step] + im[i + 3 * step];
      const oddRe = im[i + step] - im[i + 3 * step];
      const oddIm = re[i + 3 * step] - re[i + step];
      outRe[o] = evenSumRe + oddSumRe;
      outIm[o] = evenSumIm + oddSumIm;
      outRe[o + stride] = c1 * (evenRe + oddRe) - s1 * (evenIm + oddIm);
      outIm[o + stride] = c1 * (evenIm + oddIm) + s1 * (evenRe + oddRe);
      outRe[o + 2 * stride] = c2 * (evenSumRe - oddSumRe) - s2 * (evenSumIm - oddSumIm);
      outIm[o + 2 * stride] = c2 * (evenSumIm - oddSumIm) + s2 * (evenSumRe - oddSumRe);
      outRe[o + 3 * stride] = c3 * (evenRe - oddRe) - s3 * (evenIm - oddIm);
      outIm[o + 3 * stride] = c3 * (evenIm - oddIm) + s3 * (evenRe - oddRe);
    }
  }
}

function passOfFive({ re, im, outRe, outIm, cosine, sine, length, stride }: Pass): void {
  const part = length / 5;
  const step = stride * part;
  const turn = cosine.length / length;
  const near = { c: Math.cos((2 * Math.PI) / 5), s: Math.sin((2 * Math.PI) / 5) };
  const far = { c: Math.cos((4 * Math.PI) / 5), s: Math.sin((4 * Math.PI) / 5) };
  for (let p = 0; p < part; p++) {
    const [c1, s1] = [cosine[p * turn], sine[p * turn]];
    const [c2, s2] = [cosine[2 * p * turn], sine[2 * p * turn]];
    const [c3, s3] = [cosine[3 * p * turn], sine[3 * p * turn]];
    const [c4, s4] = [cosine[4 * p * turn], sine[4 * p * turn]];
    const end = stride * (p + 1);
    for (let i = stride * p, o = 5 * stride * p; i < end; i++, o++) {
      const sumRe = re[i + step] + re[i + 4 * step];
      const sumIm = im[i + step] + im[i + 4 * step];
      const innerSumRe = re[i + 2 * step] + re[i + 3 * step];
      const innerSumIm = im[i + 2 * step] + im[i + 3 * step];
      const outerRe = im[i + step] - im[i + 4 * step];
      const outerIm = re[i + 4 * step] - re[i + step];
      const innerRe = im[i + 2 * step] - im[i + 3 * step];
      const innerIm = re[i + 3 * step] - re[i + 2 * step];
      const aRe = re[i] + near.c * sumRe + far.c * innerSumRe;
      const aIm = im[i] + near.c * sumIm + far.c * innerSumIm;
      const bRe = re[i] + far.c * sumRe + near.c * innerSumRe;
      const bIm = im[i] + far.c * sumIm + near.c * innerSumIm;
      const dRe = near.s * outerRe + far.s * innerRe;
      const dIm = near.s * outerIm + far.s * innerIm;
      const eRe = far.s * outerRe - near.s * innerRe;
      const eIm = far.s * outerIm - near.s * innerIm;
      outRe[o] = re[i] + sumRe + innerSumRe;
      outIm[o] = im[i] + sumIm + innerSumIm;
      outRe[o + stride] = c1 * (aRe + dRe) - s1 * (aIm + dIm);
      outIm[o + stride] = c1 * (aIm + dIm) + s1 * (aRe + dRe);
      outRe[o + 2 * stride] = c2 * (bRe + eRe) - s2 * (bIm + eIm);
      outIm[o + 2 * stride] = c2 * (bIm + eIm) + s2 * (bRe + eRe);
      outRe[o + 3 * stride] = c3 * (bRe - eRe) - s3 * (bIm - eIm);
      outIm[o + 3 * stride] = c3 * (bIm - eIm) + s3 * (bRe - eRe);
      outRe[o + 4 * stride] = c4 * (aRe - dRe) - s4 * (aIm - dIm);
      outIm[o + 4 * stride] = c4 * (aIm - dIm) + s4 * (aRe - dRe);
    }
  }
}

/** The terms k and radix−k share a cosine, and a sine but for its sign. */
function passOfOdd(radix: number, { re, im, outRe, outIm, cosine, sine, length, stride }: Pass): void {
  const size = cosine.length;
  const part = length / radix;
  const step = stride * part;
  const half = (radix - 1) / 2;
  for (let j = 0; j < radix; j++) {
    for (let p = 0; p < part; p++) {
      const turn = j * p * (size / length);
      const [c, s] = [cosine[turn], sine[turn]];
      const end = stride * (p + 1);
      for (let i = stride * p, o = stride * (radix * p + j); i < end; i++, o++) {
        let sumRe = re[i];
        let sumIm = im[i];
        for (let k = 1; k <= half; k++) {
          const at = ((j * k) % radix) * (size / radix);
          const a = i + k * step;
          const b = i + (radix - k) * step;
          sumRe += cosine[at] * (re[a] + re[b]) - sine[at] * (im[a] - im[b]);
          sumIm += cosine[at] * (im[a] + im[b]) + sine[at] * (re[a] - re[b]);
        }
        outRe[o] = c * sumRe - s * sumIm;
        outIm[o] = c * sumIm + s * sumRe;
      }
    }
  }
}
