import { expect, it } from 'vitest';
import {
  allMagnitudes,
  amplify,
  multiplyConjugate,
  transferFunction,
  wrapIndex,
  writeHartley,
} from '../../../problems/parts/transfer.js';
import { RealFft2d } from '../../../src/core/fft2d.js';

const [height, width] = [4, 5];
const fft = new RealFft2d(height, width);
const lopsided = { height: 1, width: 3, data: Float64Array.of(0.5, 0.3, 0.2) };

it('wrapIndex goes round and round', () => {
  expect(Array.from({ length: 8 }, (_, i) => wrapIndex(i - 4, 3))).toEqual([2, 0, 1, 2, 0, 1, 2, 0]);
});

it('a point has gain 1 everywhere, its middle at the origin', () => {
  const { re, im } = transferFunction(fft, { height: 3, width: 3, data: [0, 0, 0, 0, 1, 0, 0, 0, 0] });
  for (const value of re) expect(value).toBeCloseTo(1, 12);
  for (const value of im) expect(value).toBeCloseTo(0, 12);
});

it('a kernel larger than the plane wraps around', () => {
  const long = transferFunction(fft, { height: 1, width: 7, data: [1, 0, 0, 0, 0, 0, 0] });
  const short = transferFunction(fft, { height: 1, width: 5, data: [0, 0, 0, 0, 1] });
  for (const [i, value] of short.re.entries()) expect(long.re[i]).toBeCloseTo(value, 12);
});

it('a transfer function times its conjugate is the power', () => {
  const transfer = transferFunction(fft, lopsided);
  const product = { re: transfer.re.slice(), im: transfer.im.slice() };
  multiplyConjugate(product, transfer);
  for (const [i, value] of product.re.entries()) {
    expect(value).toBeCloseTo(transfer.re[i] ** 2 + transfer.im[i] ** 2, 12);
    expect(product.im[i]).toBeCloseTo(0, 12);
  }
  amplify(product, (i) => i);
  expect(product.re[3]).toBeCloseTo(3 * (transfer.re[3] ** 2 + transfer.im[3] ** 2), 12);
});

it("Hartley's coefficients are sums of cas = cos + sin at every frequency", () => {
  const plane = Float64Array.from({ length: height * width }, (_, i) => Math.sin(1 + 2 * i));
  const [spectrum, found] = [fft.spectrum(), new Float64Array(height * width)];
  fft.forward(plane, 0, spectrum);
  writeHartley(fft, spectrum, found, 0);
  for (let k = 0; k < found.length; k++) {
    const sum = plane.reduce((total, value, n) => {
      const down = (Math.floor(k / width) * Math.floor(n / width)) / height;
      const angle = 2 * Math.PI * (down + ((k % width) * (n % width)) / width);
      return total + value * (Math.cos(angle) + Math.sin(angle));
    }, 0);
    expect(found[k]).toBeCloseTo(sum / Math.sqrt(height * width), 10);
  }
});

it('the power of a real plane is alike at opposite frequencies', () => {
  const { re, im } = transferFunction(fft, { height: 3, width: 1, data: [0.7, 0.2, 0.1] });
  const all = allMagnitudes(fft, (i) => re[i] ** 2 + im[i] ** 2);
  for (let ky = 0; ky < height; ky++) {
    const expected = Math.hypot(
      0.2 + 0.8 * Math.cos((2 * Math.PI * ky) / 4),
      0.6 * Math.sin((Math.PI * ky) / 2),
    );
    for (let kx = 0; kx < width; kx++) expect(all[ky * width + kx]).toBeCloseTo(expected, 6);
  }
});
