import { expect, test } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { finite, finiteLinearization } from '../../src/core/finite.js';

const array = (...values: number[]) => floatArray(Float32Array.from(values), [values.length]);

test('what is finite passes as it is', async () => {
  const given = array(1, -2, 0);
  expect(await finite('the part', array(1), () => given)).toBe(given);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('%d is told of the part that gave it', async (lost) => {
  await expect(finite('the part', array(1), async () => array(0, lost))).rejects.toThrow(
    `the part gives ${lost} for finite values (value 1 of 2)`,
  );
});

test('wherever it lies, and also beside its opposite', async () => {
  for (let length = 1; length <= 10; length++) {
    const all = Array.from({ length }, () => 3e38);
    const asTheyAre = array(...all);
    expect(await finite('the part', array(1), () => asTheyAre)).toBe(asTheyAre);
    for (let place = 0; place < length; place++) {
      for (const lost of [
        [Number.NaN],
        [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].slice(place % 2),
      ]) {
        const given = array(...all.toSpliced(place, lost.length, ...lost));
        await expect(finite('the part', array(1), () => given)).rejects.toThrow(`(value ${place} of`);
      }
    }
  }
});

test('a part is not to blame for what it was given', async () => {
  for (const given of [Number.NaN, 1e9]) {
    expect((await finite('the part', array(given), () => array(Number.NaN))).data[0]).toBeNaN();
  }
});

test('a pullback is a part of its own, and releasing goes through', async () => {
  let released = false;
  const linearization = await finiteLinearization('the part', array(1), () => ({
    value: array(1),
    pullback: () => array(Number.NaN),
    release() {
      released = true;
    },
  }));
  await expect(linearization.pullback(array(1))).rejects.toThrow('the gradient of the part gives NaN');
  linearization.release();
  expect(released).toBe(true);
});

test('what is refused is not held', async () => {
  let released = 0;
  const refused = finiteLinearization('the part', array(1), () => ({
    value: array(Number.NaN),
    pullback: (v) => v,
    release: () => released++,
  }));
  await expect(refused).rejects.toThrow('the part gives NaN');
  expect(released).toBe(1);
});
