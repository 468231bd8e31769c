import { expect, it } from 'vitest';
import { litPlane } from '../../../problems/parts/lit-plane.js';
import { dot } from '../../../src/core/vector.js';

const [height, width] = [3, 5];
const pixels = height * width;
const wave = (size: number, pace: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(pace * i));

it('is kept · F(light · image), frequencies counted from the middle', () => {
  const { image, light, values, kept, transform } = litPlane(height, width)();
  image.set(wave(pixels, 1));
  light.set(wave(2 * pixels, 2));
  kept.fill(1);
  kept[4] = 0;
  transform();
  const [picture, lamp] = [wave(pixels, 1), wave(2 * pixels, 2)];
  for (let k = 0; k < pixels; k++) {
    let [re, im] = [0, 0];
    for (let n = 0; n < pixels; n++) {
      const down = ((Math.floor(k / width) - 1) * (Math.floor(n / width) - 1)) / height;
      const across = (((k % width) - 2) * ((n % width) - 2)) / width;
      const [c, s] = [Math.cos(2 * Math.PI * (down + across)), -Math.sin(2 * Math.PI * (down + across))];
      re += picture[n] * (lamp[2 * n] * c - lamp[2 * n + 1] * s);
      im += picture[n] * (lamp[2 * n] * s + lamp[2 * n + 1] * c);
    }
    const unit = k === 4 ? 0 : 1 / Math.sqrt(pixels);
    expect(values[2 * k]).toBeCloseTo(unit * re, 5);
    expect(values[2 * k + 1]).toBeCloseTo(unit * im, 5);
  }
});

it('collect is its adjoint: ⟨F(light·x), v⟩ = ⟨x, Re(light*·F⁻¹v)⟩', () => {
  const enter = litPlane(height, width);
  const there = enter();
  there.image.set(wave(pixels, 1));
  there.light.set(wave(2 * pixels, 2));
  there.kept.fill(1);
  there.transform();
  const v = wave(2 * pixels, 0.7);
  const left = dot(there.values.slice(0, 2 * pixels), v);
  const back = enter();
  back.light.set(wave(2 * pixels, 2));
  back.kept.fill(1);
  back.values.set(v);
  back.sum.fill(0);
  back.collect();
  expect(dot(wave(pixels, 1), back.sum.slice(0, pixels))).toBeCloseTo(left, 5);
});
