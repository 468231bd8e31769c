/**
 * Passes of Stockham's Fourier transform, decimation in frequency. A pass takes transforms of n = `length` values,
 * `stride` apart, to `radix` times as many of n/radix: with m = n/radix, w = exp(−2πi/n) and W = exp(−2πi/radix),
 *
 *     out[s·(radix·p + j)] = w^(jp)·Σₖ in[s·(p + km)]·W^(jk)   for p < m, j < radix,
 *
 * and the same for the `stride` values behind each, two at a time. (Van Loan, Computational Frameworks for the FFT,
 * 1992, §1.7.)
 *
 * All addresses and distances are in bytes; `stride` is a multiple of 16.
 */

/**
 * cos(2πk/size), in both lanes; `roots` holds the cosines and then the sines of k < size, the size of the whole
 * transform.
 */
function cosine(roots: usize, k: usize): v128 {
  return v128.load_splat<f64>(roots + (k << 3));
}

/** −sin(2πk/size) */
function sine(roots: usize, size: usize, k: usize): v128 {
  return v128.load_splat<f64>(roots + ((size + k) << 3));
}

/** (a + ib)·(c + is), the real part. */
function turnedRe(c: v128, s: v128, a: v128, b: v128): v128 {
  return f64x2.sub(f64x2.mul(c, a), f64x2.mul(s, b));
}

/** (a + ib)·(c + is), the imaginary part. */
function turnedIm(c: v128, s: v128, a: v128, b: v128): v128 {
  return f64x2.add(f64x2.mul(c, b), f64x2.mul(s, a));
}

/** @param radix 2, 4 or an odd prime. */
export function pass(
  radix: usize,
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  if (radix === 4) passOfFour(size, roots, re, im, outRe, outIm, length, stride);
  else if (radix === 2) passOfTwo(size, roots, re, im, outRe, outIm, length, stride);
  else if (radix === 3) passOfThree(size, roots, re, im, outRe, outIm, length, stride);
  else if (radix === 5) passOfFive(size, roots, re, im, outRe, outIm, length, stride);
  else passOfOdd(radix, size, roots, re, im, outRe, outIm, length, stride);
}

function passOfTwo(
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  const part = length / 2;
  const step = stride * part;
  const turn = size / length;
  for (let p: usize = 0; p < part; p++) {
    const c = cosine(roots, p * turn);
    const s = sine(roots, size, p * turn);
    let o: usize = 2 * stride * p;
    for (let i: usize = stride * p, end = i + stride; i < end; i += 16, o += 16) {
      const aRe = v128.load(re + i);
      const aIm = v128.load(im + i);
      const bRe = v128.load(re + i + step);
      const bIm = v128.load(im + i + step);
      const differenceRe = f64x2.sub(aRe, bRe);
      const differenceIm = f64x2.sub(aIm, bIm);
      v128.store(outRe + o, f64x2.add(aRe, bRe));
      v128.store(outIm + o, f64x2.add(aIm, bIm));
      v128.store(outRe + o + stride, turnedRe(c, s, differenceRe, differenceIm));
      v128.store(outIm + o + stride, turnedIm(c, s, differenceRe, differenceIm));
    }
  }
}

function passOfThree(
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  const part = length / 3;
  const step = stride * part;
  const turn = size / length;
  const half = f64x2.splat(0.5);
  const height = f64x2.splat(Math.sqrt(3) / 2);
  for (let p: usize = 0; p < part; p++) {
    const c1 = cosine(roots, p * turn);
    const s1 = sine(roots, size, p * turn);
    const c2 = cosine(roots, 2 * p * turn);
    const s2 = sine(roots, size, 2 * p * turn);
    let o: usize = 3 * stride * p;
    for (let i: usize = stride * p, end = i + stride; i < end; i += 16, o += 16) {
      const aRe = v128.load(re + i);
      const aIm = v128.load(im + i);
      const bRe = v128.load(re + i + step);
      const bIm = v128.load(im + i + step);
      const cRe = v128.load(re + i + 2 * step);
      const cIm = v128.load(im + i + 2 * step);
      const sumRe = f64x2.add(bRe, cRe);
      const sumIm = f64x2.add(bIm, cIm);
      const besideRe = f64x2.mul(height, f64x2.sub(bIm, cIm));
      const besideIm = f64x2.mul(height, f64x2.sub(cRe, bRe));
      const middleRe = f64x2.sub(aRe, f64x2.mul(half, sumRe));
      const middleIm = f64x2.sub(aIm, f64x2.mul(half, sumIm));
      const xRe = f64x2.add(middleRe, besideRe);
      const xIm = f64x2.add(middleIm, besideIm);
      const yRe = f64x2.sub(middleRe, besideRe);
      const yIm = f64x2.sub(middleIm, besideIm);
      v128.store(outRe + o, f64x2.add(aRe, sumRe));
      v128.store(outIm + o, f64x2.add(aIm, sumIm));
      v128.store(outRe + o + stride, turnedRe(c1, s1, xRe, xIm));
      v128.store(outIm + o + stride, turnedIm(c1, s1, xRe, xIm));
      v128.store(outRe + o + 2 * stride, turnedRe(c2, s2, yRe, yIm));
      v128.store(outIm + o + 2 * stride, turnedIm(c2, s2, yRe, yIm));
    }
  }
}

function passOfFour(
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  const part = length / 4;
  const step = stride * part;
  const turn = size / length;
  for (let p: usize = 0; p < part; p++) {
    const c1 = cosine(roots, p * turn);
    const s1 = sine(roots, size, p * turn);
    const c2 = cosine(roots, 2 * p * turn);
    const s2 = sine(roots, size, 2 * p * turn);
    const c3 = cosine(roots, 3 * p * turn);
    const s3 = sine(roots, size, 3 * p * turn);
    let o: usize = 4 * stride * p;
    for (let i: usize = stride * p, end = i + stride; i < end; i += 16, o += 16) {
      const aRe = v128.load(re + i);
      const aIm = v128.load(im + i);
      const bRe = v128.load(re + i + step);
      const bIm = v128.load(im + i + step);
      const cRe = v128.load(re + i + 2 * step);
      const cIm = v128.load(im + i + 2 * step);
      const dRe = v128.load(re + i + 3 * step);
      const dIm = v128.load(im + i + 3 * step);
      const evenSumRe = f64x2.add(aRe, cRe);
      const evenSumIm = f64x2.add(aIm, cIm);
      const evenRe = f64x2.sub(aRe, cRe);
      const evenIm = f64x2.sub(aIm, cIm);
      const oddSumRe = f64x2.add(bRe, dRe);
      const oddSumIm = f64x2.add(bIm, dIm);
      const oddRe = f64x2.sub(bIm, dIm);
      const oddIm = f64x2.sub(dRe, bRe);
      const xRe = f64x2.add(evenRe, oddRe);
      const xIm = f64x2.add(evenIm, oddIm);
      const yRe = f64x2.sub(evenSumRe, oddSumRe);
      const yIm = f64x2.sub(evenSumIm, oddSumIm);
      const zRe = f64x2.sub(evenRe, oddRe);
      const zIm = f64x2.sub(evenIm, oddIm);
      v128.store(outRe + o, f64x2.add(evenSumRe, oddSumRe));
      v128.store(outIm + o, f64x2.add(evenSumIm, oddSumIm));
      v128.store(outRe + o + stride, turnedRe(c1, s1, xRe, xIm));
      v128.store(outIm + o + stride, turnedIm(c1, s1, xRe, xIm));
      v128.store(outRe + o + 2 * stride, turnedRe(c2, s2, yRe, yIm));
      v128.store(outIm + o + 2 * stride, turnedIm(c2, s2, yRe, yIm));
      v128.store(outRe + o + 3 * stride, turnedRe(c3, s3, zRe, zIm));
      v128.store(outIm + o + 3 * stride, turnedIm(c3, s3, zRe, zIm));
    }
  }
}

function passOfFive(
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  const part = length / 5;
  const step = stride * part;
  const turn = size / length;
  const fifth = size / 5;
  const nearCosine = cosine(roots, fifth);
  const farCosine = cosine(roots, 2 * fifth);
  const nearSine = f64x2.neg(sine(roots, size, fifth));
  const farSine = f64x2.neg(sine(roots, size, 2 * fifth));
  for (let p: usize = 0; p < part; p++) {
    let o: usize = 5 * stride * p;
    for (let i: usize = stride * p, end = i + stride; i < end; i += 16, o += 16) {
      const aRe = v128.load(re + i);
      const aIm = v128.load(im + i);
      const bRe = v128.load(re + i + step);
      const bIm = v128.load(im + i + step);
      const cRe = v128.load(re + i + 2 * step);
      const cIm = v128.load(im + i + 2 * step);
      const dRe = v128.load(re + i + 3 * step);
      const dIm = v128.load(im + i + 3 * step);
      const eRe = v128.load(re + i + 4 * step);
      const eIm = v128.load(im + i + 4 * step);
      const outerSumRe = f64x2.add(bRe, eRe);
      const outerSumIm = f64x2.add(bIm, eIm);
      const innerSumRe = f64x2.add(cRe, dRe);
      const innerSumIm = f64x2.add(cIm, dIm);
      const outerRe = f64x2.sub(bIm, eIm);
      const outerIm = f64x2.sub(eRe, bRe);
      const innerRe = f64x2.sub(cIm, dIm);
      const innerIm = f64x2.sub(dRe, cRe);
      const pRe = f64x2.add(aRe, turnedIm(farCosine, nearCosine, outerSumRe, innerSumRe));
      const pIm = f64x2.add(aIm, turnedIm(farCosine, nearCosine, outerSumIm, innerSumIm));
      const qRe = f64x2.add(aRe, turnedIm(nearCosine, farCosine, outerSumRe, innerSumRe));
      const qIm = f64x2.add(aIm, turnedIm(nearCosine, farCosine, outerSumIm, innerSumIm));
      const uRe = turnedIm(farSine, nearSine, outerRe, innerRe);
      const uIm = turnedIm(farSine, nearSine, outerIm, innerIm);
      const vRe = turnedRe(farSine, nearSine, outerRe, innerRe);
      const vIm = turnedRe(farSine, nearSine, outerIm, innerIm);
      v128.store(outRe + o, f64x2.add(f64x2.add(aRe, outerSumRe), innerSumRe));
      v128.store(outIm + o, f64x2.add(f64x2.add(aIm, outerSumIm), innerSumIm));
      storeTurned(
        size,
        roots,
        p * turn,
        outRe + o + stride,
        outIm + o + stride,
        f64x2.add(pRe, uRe),
        f64x2.add(pIm, uIm),
      );
      storeTurned(
        size,
        roots,
        2 * p * turn,
        outRe + o + 2 * stride,
        outIm + o + 2 * stride,
        f64x2.add(qRe, vRe),
        f64x2.add(qIm, vIm),
      );
      storeTurned(
        size,
        roots,
        3 * p * turn,
        outRe + o + 3 * stride,
        outIm + o + 3 * stride,
        f64x2.sub(qRe, vRe),
        f64x2.sub(qIm, vIm),
      );
      storeTurned(
        size,
        roots,
        4 * p * turn,
        outRe + o + 4 * stride,
        outIm + o + 4 * stride,
        f64x2.sub(pRe, uRe),
        f64x2.sub(pIm, uIm),
      );
    }
  }
}

function storeTurned(
  size: usize,
  roots: usize,
  k: usize,
  outRe: usize,
  outIm: usize,
  re: v128,
  im: v128,
): void {
  const c = cosine(roots, k);
  const s = sine(roots, size, k);
  v128.store(outRe, turnedRe(c, s, re, im));
  v128.store(outIm, turnedIm(c, s, re, im));
}

/** The terms k and radix−k share a cosine, and a sine but for its sign. */
function passOfOdd(
  radix: usize,
  size: usize,
  roots: usize,
  re: usize,
  im: usize,
  outRe: usize,
  outIm: usize,
  length: usize,
  stride: usize,
): void {
  const part = length / radix;
  const step = stride * part;
  const turn = size / length;
  const share = size / radix;
  for (let j: usize = 0; j < radix; j++) {
    for (let p: usize = 0; p < part; p++) {
      let o: usize = stride * (radix * p + j);
      for (let i: usize = stride * p, end = i + stride; i < end; i += 16, o += 16) {
        let sumRe = v128.load(re + i);
        let sumIm = v128.load(im + i);
        for (let k: usize = 1, half = radix >> 1; k <= half; k++) {
          const c = cosine(roots, ((j * k) % radix) * share);
          const s = sine(roots, size, ((j * k) % radix) * share);
          const a = i + k * step;
          const b = i + (radix - k) * step;
          const besideRe = f64x2.sub(v128.load(re + a), v128.load(re + b));
          const besideIm = f64x2.sub(v128.load(im + a), v128.load(im + b));
          const bothRe = f64x2.add(v128.load(re + a), v128.load(re + b));
          const bothIm = f64x2.add(v128.load(im + a), v128.load(im + b));
          sumRe = f64x2.add(sumRe, turnedRe(c, s, bothRe, besideIm));
          sumIm = f64x2.add(sumIm, turnedIm(c, s, besideRe, bothIm));
        }
        storeTurned(size, roots, j * p * turn, outRe + o, outIm + o, sumRe, sumIm);
      }
    }
  }
}
