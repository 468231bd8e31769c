import { expect, it } from 'vitest';
import { floatArray } from '../../src/core/array.js';
import { asColour, sharedChannel } from '../../src/io/grey-as-colour.js';

const grey = floatArray(Float32Array.of(0.1, 0.2, 0.3, 0.4), [1, 2, 2]);

it('three channels that say the same are one, and one becomes three', () => {
  const colour = asColour(grey);
  expect(colour.shape).toEqual([3, 2, 2]);
  expect(sharedChannel(colour)).toMatchObject({ data: grey.data, shape: [1, 2, 2] });
});

it('a single value apart in any channel is colour', () => {
  for (const place of [3, 4, 11]) {
    const colour = asColour(grey);
    colour.data[place] += 1e-6;
    expect(sharedChannel(colour)).toBeUndefined();
  }
  expect(sharedChannel(grey)).toBeUndefined();
});
