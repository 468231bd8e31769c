/**
 * What the tokens of a card stand for: finite scalars (FSQ: Mentzer et al. 2023, arXiv 2309.15505), signs (LFQ: Yu et
 * al. 2023, arXiv 2310.05737), or vectors of a file (VQ: van den Oord et al. 2017, arXiv 1711.00937).
 */
import { type FloatArray, formatShape, zeros } from '../../src/core/array.js';
import type { MaskedCard } from '../card.js';

/** How far a file may be from what the quantiser says. */
const TOLERANCE = 1e-5;

/**
 * The embeddings [K, d] of a card's tokens.
 * @param stored the codebook file; of FSQ and LFQ it may be absent.
 * @throws Error where it has not the card's number of tokens, or is not what its quantiser says.
 */
export function codebookOf({ name, quantiser, tokens }: MaskedCard, stored?: FloatArray): FloatArray {
  const expected = quantiser.kind === 'vq' ? undefined : regular(quantiser);
  const found = stored ?? expected!;
  if (found.shape.length !== 2 || found.shape[0] !== tokens.count) {
    throw new Error(
      `the codebook of ${name} is ${formatShape(found.shape)}; its card says ${tokens.count} tokens.`,
    );
  }
  const lost = found.data.findIndex((value) => !Number.isFinite(value));
  if (lost >= 0) throw new Error(`the codebook of ${name} holds ${found.data[lost]}, not a finite number.`);
  if (expected && stored) {
    const same = expected.size === stored.size;
    const off = same && expected.data.findIndex((v, i) => Math.abs(v - stored.data[i]) > TOLERANCE) >= 0;
    if (!same || off)
      throw new Error(`the codebook of ${name} is not that of its quantiser, ${quantiser.kind}.`);
  }
  return found;
}

/** Of FSQ and LFQ, whose codebooks are grids. */
function regular(quantiser: Exclude<MaskedCard['quantiser'], { kind: 'vq' }>): FloatArray {
  // The first level counts fastest in FSQ; the first bit is the highest in LFQ.
  const isSign = quantiser.kind === 'lfq';
  const levels = isSign ? Array<number>(quantiser.bits).fill(2) : quantiser.levels;
  const count = levels.reduce((product, level) => product * level, 1);
  const book = zeros([count, levels.length]);
  for (let id = 0; id < count; id++) {
    let rest = id;
    for (let j = 0; j < levels.length; j++) {
      const dimension = isSign ? levels.length - 1 - j : j;
      const level = levels[dimension];
      book.data[id * levels.length + dimension] = (2 * (rest % level)) / (level - 1) - 1;
      rest = Math.floor(rest / level);
    }
  }
  return book;
}
