import { expect, it } from 'vitest';
import { ChainRecord, diagnose } from '../../../solvers/parts/chain-record.js';
import { mapArray, zeros } from '../../../src/core/array.js';
import { effectiveDraws, splitRHat } from '../../../src/core/chain-statistics.js';
import { keyedRandom } from '../../../src/core/random.js';

const random = keyedRandom(0, 'record', 0)('images');
/** Of 25 pixels, of which ten are looked at: 1, 3, 6, 8, 11 and so on. */
const chains = [0, 1].map(() => Array.from({ length: 8 }, () => random.normals([1, 5, 5])));

function recordOf(images: (typeof chains)[number], from?: ChainRecord) {
  const record = from ?? new ChainRecord(zeros([1, 5, 5]), 8);
  images.forEach((image, k) => void record.note(image, k % 4 === 0));
  record.samples.push(images[images.length - 1]);
  return record;
}

it('tells of ten pixels how far the chains have come, and how many moves were taken', () => {
  const { acceptance, effectiveSamples, rHat } = diagnose(chains.map((images) => recordOf(images).state));
  expect(acceptance).toEqual([0.25, 0.25]);
  expect([effectiveSamples.length, rHat.length]).toEqual([10, 10]);
  const traces = chains.map((images) => images.map(({ data }) => data[6]));
  expect([effectiveSamples[2], rHat[2]]).toEqual([effectiveDraws(traces), splitRHat(traces)]);
});

it('goes on from what was kept of it', () => {
  const [images] = chains;
  const kept = recordOf(images.slice(0, 4)).state;
  const copy = Object.fromEntries(
    Object.entries(kept).map(([name, x]) => [name, mapArray(x, (value) => value)]),
  );
  const whole = recordOf(images.slice(4), recordOf(images.slice(0, 4)));
  const resumed = recordOf(
    images.slice(4),
    new ChainRecord(images[0], 8, { ...copy, accepted: kept['accepted'] }),
  );
  expect(resumed.state).toEqual(whole.state);
  expect(Object.keys(resumed.state)).toEqual(['sample 0', 'sample 1', 'traces', 'accepted']);
});

it('looks at all pixels of an image that has fewer', () => {
  const record = new ChainRecord(zeros([1, 1, 2]), 1);
  record.note(
    mapArray(zeros([1, 1, 2]), (_, i) => i),
    true,
  );
  expect([record.state['traces'].shape, [...record.state['traces'].data]]).toEqual([
    [1, 2],
    [0, 1],
  ]);
});
