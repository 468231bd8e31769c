import { expect, it } from 'vitest';
import { tokenProposal } from '../../../solvers/parts/token-proposal.js';
import { floatArray } from '../../../src/core/array.js';
import { keyedRandom } from '../../../src/core/random.js';

it('leaves a law as it is with Hastings’ correction, and prefers what is near or wanted', () => {
  const codebook = floatArray(Float32Array.of(0, 1, 2, 4, 7), [5, 1]);
  const propose = tokenProposal(codebook);
  const law = [0.05, 0.4, 0.1, 0.15, 0.3];
  const random = keyedRandom(0, 'proposal', 0)('moves');
  const [visits, proposed] = [Array<number>(5).fill(0), Array<number>(5).fill(0)];
  let now = 0;
  for (let k = 0; k < 20_000; k++) {
    const { then, hastings } = propose(now, 3, random);
    if (now === 1) proposed[then]++;
    if (Math.log(random.uniform()) < Math.log(law[then] / law[now]) + hastings) now = then;
    visits[now]++;
  }
  visits.forEach((count, k) => {
    expect(count / 20_000).toBeCloseTo(law[k], 1);
  });
  expect(proposed[0]).toBeGreaterThan(proposed[4]);
  expect(proposed[3]).toBeGreaterThan(proposed[4]);
});
