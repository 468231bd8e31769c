/** Matrix products. */
import { float, int, text } from '../../graph.js';
import type { Emitter } from '../emitter.js';
import type { Application, Rule, RuleTable } from '../rule.js';

/** dA = g·Bᵀ and dB = Aᵀ·g, summed over the batch axes that were broadcast. */
const matMul: Rule = (emit, at) => {
  const [a, b] = at.inputs;
  const aDims = emit.dims(a);
  const bDims = emit.dims(b);
  // A vector on the left is a row, on the right a column, whose axis the result does not have.
  const rowDims = aDims.length === 1 ? [1, ...aDims] : aDims;
  const columnDims = bDims.length === 1 ? [...bDims, 1] : bDims;
  const left = aDims.length === 1 ? emit.reshape(a, rowDims) : a;
  const right = bDims.length === 1 ? emit.reshape(b, columnDims) : b;
  const outDims = emit.dims(at.y);
  const batch = outDims.slice(0, outDims.length - (aDims.length > 1 ? 1 : 0) - (bDims.length > 1 ? 1 : 0));
  const [rows, inner, columns] = [rowDims.at(-2)!, rowDims.at(-1)!, columnDims.at(-1)!];
  const g = aDims.length === 1 || bDims.length === 1 ? emit.reshape(at.g, [...batch, rows, columns]) : at.g;

  const ofLeft = () => {
    const full = emit.op('MatMul', [g, swapLast(emit, right, columnDims.length)]);
    return emit.unbroadcast(full, [...batch, rows, inner], rowDims);
  };
  const ofRight = () => {
    const full = emit.op('MatMul', [swapLast(emit, left, rowDims.length), g]);
    return emit.unbroadcast(full, [...batch, inner, columns], columnDims);
  };
  return [
    at.wants(0) ? (aDims.length === 1 ? emit.reshape(ofLeft(), aDims) : ofLeft()) : undefined,
    at.wants(1) ? (bDims.length === 1 ? emit.reshape(ofRight(), bDims) : ofRight()) : undefined,
  ];
};

function swapLast(emit: Emitter, value: string, rank: number): string {
  const perm = Array.from({ length: rank }, (_, i) => i);
  return emit.transpose(value, [...perm.slice(0, -2), rank - 1, rank - 2]);
}

/** y = alpha·A'·B' + beta·C, where A' is A or its transpose. */
const gemm: Rule = (emit, at) => {
  const [a, b, c] = at.inputs;
  const { g } = at;
  const transA = at.int('transA', 0);
  const transB = at.int('transB', 0);
  const product = (left: string, right: string, leftTransposed: number, rightTransposed: number) =>
    emit.op('Gemm', [left, right], {
      alpha: float(at.float('alpha', 1)),
      transA: int(leftTransposed),
      transB: int(rightTransposed),
    });
  const ofA = () => (transA ? product(b, g, transB, 1) : product(g, b, 0, 1 - transB));
  const ofB = () => (transB ? product(g, a, 1, transA) : product(a, g, 1 - transA, 0));
  const ofC = () => {
    const beta = at.float('beta', 1);
    const scaled = beta === 1 ? g : emit.mul(g, emit.scalar(beta));
    return emit.unbroadcast(scaled, emit.dims(at.y), emit.dims(c));
  };
  return [at.wants(0) ? ofA() : undefined, at.wants(1) ? ofB() : undefined, at.wants(2) ? ofC() : undefined];
};

/**
 * Each input's cotangent is the same product with that input and the output exchanged; an index that only this
 * input has was summed over, so its cotangent is constant along it.
 */
const einsum: Rule = (emit, at) => {
  const { terms, out } = explicitTerms(emit, at);
  const sizes = new Map<string, number>();
  terms.forEach((term, i) => {
    emit.dims(at.inputs[i]).forEach((size, axis) => {
      sizes.set(term[axis], Math.max(size, sizes.get(term[axis]) ?? 1));
    });
  });
  return terms.map((term, i) => {
    if (!at.wants(i)) return undefined;
    const otherTerms = terms.filter((_, j) => j !== i);
    const others = at.inputs.filter((_, j) => j !== i);
    const known = new Set([...out, ...otherTerms.join('')]);
    const kept = [...term].filter((letter) => known.has(letter));
    const equation = text(`${[out, ...otherTerms].join(',')}->${kept.join('')}`);
    const full = emit.op('Einsum', [at.g, ...others], { equation });
    // Indices of size 1 are broadcast against larger ones of the same letter.
    const dims = emit.dims(at.inputs[i]);
    const keptDims = dims.filter((_, axis) => known.has(term[axis]));
    const summed = emit.unbroadcast(
      full,
      kept.map((letter) => sizes.get(letter)!),
      keptDims,
    );
    if (kept.length === term.length) return summed;
    const open = emit.reshape(
      summed,
      dims.map((size, axis) => (known.has(term[axis]) ? size : 1)),
    );
    return emit.expand(open, dims);
  });
};

/** The equation with an output term, and with letters of its own for the axes that "..." stands for. */
function explicitTerms(emit: Emitter, at: Application): { terms: string[]; out: string } {
  const equation = at.text('equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->');
  const written = left.split(',');
  const free = [...'ZYXWVUTSRQPONMLKJIHGFEDCBAzyxwvutsrqponmlkjihgfedcba'].filter(
    (c) => !equation.includes(c),
  );
  const axesOfDots = written.map((term, i) =>
    term.includes('...') ? emit.rank(at.inputs[i]) - (term.length - 3) : 0,
  );
  const dots = free
    .slice(0, Math.max(...axesOfDots))
    .reverse()
    .join('');
  const terms = written.map((term, i) => term.replace('...', dots.slice(dots.length - axesOfDots[i])));
  if (terms.some((term) => new Set(term).size < term.length)) {
    at.refuse(`its equation "${equation}" takes a diagonal; expected each index once in a term`);
  }
  const letters = [...left].filter((c) => /[a-zA-Z]/.test(c));
  const once = letters.filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort();
  const implicit = (left.includes('...') ? '...' : '') + once.join('');
  return { terms, out: (right ?? implicit).replace('...', dots) };
}

export const linalg = { MatMul: matMul, Gemm: gemm, Einsum: einsum } satisfies RuleTable;
