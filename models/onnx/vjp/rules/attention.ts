/** Attention as one operator (set 23), which newer exporters write instead of products and a softmax. */
import { int } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';

/**
 * Y = P V with P = softmax(s Q Kᵀ + mask), each [batch, heads, length, size]:
 *
 *   dV = Pᵀ g,  dS = P ∘ (g Vᵀ − sum(P ∘ g Vᵀ)),  dQ = s dS K,  dK = s dSᵀ Q
 */
const attention: Rule = (emit, at) => {
  refuseVariants(emit, at);
  const [q, k, v, mask] = at.inputs;
  const scale = emit.scalar(at.float('scale', 1 / Math.sqrt(emit.dims(q)[3])));
  const product = (a: string, b: string) => emit.op('MatMul', [a, b]);
  const turned = (x: string) => emit.transpose(x, [0, 1, 3, 2]);
  const scores = emit.mul(product(q, turned(k)), scale);
  const p = emit.op('Softmax', [mask ? emit.add(scores, mask) : scores], { axis: int(-1) });
  const ofP = product(at.g, turned(v));
  const ofScores = emit.mul(p, emit.sub(ofP, emit.sum(emit.mul(p, ofP), [3])));
  const ofProduct = emit.mul(ofScores, scale);
  return [
    at.wants(0) ? product(ofProduct, k) : undefined,
    at.wants(1) ? product(turned(ofProduct), q) : undefined,
    at.wants(2) ? product(turned(p), at.g) : undefined,
  ];
};

function refuseVariants(emit: Emitter, at: Application): void {
  const [q, k, v, mask, ...past] = at.inputs;
  if (emit.rank(q) !== 4 || emit.rank(k) !== 4 || emit.rank(v) !== 4) {
    at.refuse(
      'its inputs have their heads in one axis with their size; expected [batch, heads, length, size]',
    );
  }
  if (emit.dims(q)[1] !== emit.dims(k)[1])
    at.refuse('several heads share keys; expected as many keys as heads');
  if (past.some((input) => input !== '')) at.refuse('it takes keys of the past; expected none');
  if (mask && (emit.valueType(mask).type === 'bool' || at.wants(3))) {
    at.refuse('its mask is of booleans or depends on the input; expected constant numbers that are added');
  }
  if (at.int('is_causal', 0) !== 0 || at.float('softcap', 0) !== 0) {
    at.refuse('it is causal or bounds its scores; expected neither');
  }
}

export const attentions = { Attention: attention } satisfies RuleTable;
