/**
 * Normal draws by Marsaglia and Tsang's ziggurat of 128 layers of equal area, in the form of Doornik, "An improved
 * ziggurat method to generate normal random samples" (2005).
 */
import type { Random } from './random.js';

const TAIL_START = 3.442619855899;
const LAYER_AREA = 9.91256303526217e-3;
const LAYER_EDGES = layerEdges();
const LAYER_RATIOS = LAYER_EDGES.map((edge, layer) => (layer < 128 ? LAYER_EDGES[layer + 1] / edge : 0));

function layerEdges(): Float64Array {
  const edges = new Float64Array(129);
  edges[0] = LAYER_AREA / Math.exp(-0.5 * TAIL_START ** 2);
  edges[1] = TAIL_START;
  for (let layer = 2; layer < 128; layer++) {
    const above = LAYER_AREA / edges[layer - 1] + Math.exp(-0.5 * edges[layer - 1] ** 2);
    edges[layer] = Math.sqrt(-2 * Math.log(above));
  }
  return edges;
}

/**
 * A draw from N(0, 1): one 32-bit word for nearly every one, of which 7 bits choose the layer and 25 the place in it.
 */
export function standardNormal(words: Pick<Random, 'uint32' | 'uniform'>): number {
  for (;;) {
    const word = words.uint32();
    const layer = word & 127;
    const u = ((word >>> 7) + 0.5) / 2 ** 24 - 1;
    const x = u * LAYER_EDGES[layer];
    if (Math.abs(u) < LAYER_RATIOS[layer]) return x;
    if (layer === 0) return Math.sign(u) * tail(words);
    const outer = Math.exp(-0.5 * (LAYER_EDGES[layer] ** 2 - x * x));
    const inner = Math.exp(-0.5 * (LAYER_EDGES[layer + 1] ** 2 - x * x));
    if (outer + words.uniform() * (inner - outer) < 1) return x;
  }
}

/** A draw from |N(0, 1)| beyond the outermost layer (Marsaglia 1964). */
function tail(words: Pick<Random, 'uniform'>): number {
  for (;;) {
    const beyond = -Math.log(words.uniform()) / TAIL_START;
    if (-2 * Math.log(words.uniform()) > beyond * beyond) return TAIL_START + beyond;
  }
}
