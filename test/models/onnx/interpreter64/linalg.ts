import { at, atBroadcast, broadcastDims, build, type Kernels, transpose } from './value.js';

export const linalg: Kernels = {
  MatMul: ([left, right]) => {
    const a = left.dims.length === 1 ? { ...left, dims: [1, ...left.dims] } : left;
    const b = right.dims.length === 1 ? { ...right, dims: [...right.dims, 1] } : right;
    const batch = broadcastDims([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
    const inner = a.dims.at(-1)!;
    const full = build([...batch, a.dims.at(-2)!, b.dims.at(-1)!], (index) => {
      const outer = index.slice(0, -2);
      const [row, column] = index.slice(-2);
      let total = 0;
      for (let k = 0; k < inner; k++)
        total += atBroadcast(a, [...outer, row, k]) * atBroadcast(b, [...outer, k, column]);
      return total;
    });
    const dims = [
      ...batch,
      ...(left.dims.length > 1 ? [a.dims.at(-2)!] : []),
      ...(right.dims.length > 1 ? [b.dims.at(-1)!] : []),
    ];
    return { dims, data: full.data };
  },
  /** [batch, heads, length, size], with a mask that is added. */
  Attention: ([q, k, v, mask], node) => {
    const scale = node.float('scale', 1 / Math.sqrt(q.dims[3]));
    const scores = build([...q.dims.slice(0, 3), k.dims[2]], ([n, head, row, column]) => {
      let total = mask === undefined ? 0 : atBroadcast(mask, [n, head, row, column]);
      for (let i = 0; i < q.dims[3]; i++)
        total += scale * at(q, [n, head, row, i]) * at(k, [n, head, column, i]);
      return total;
    });
    return build([...q.dims.slice(0, 3), v.dims[3]], ([n, head, row, i]) => {
      let [above, below] = [0, 0];
      for (let column = 0; column < k.dims[2]; column++) {
        const weight = Math.exp(at(scores, [n, head, row, column]));
        above += weight * at(v, [n, head, column, i]);
        below += weight;
      }
      return above / below;
    });
  },
  Gemm: ([a, b, c], node) => {
    const left = node.int('transA', 0) ? transpose(a, [1, 0]) : a;
    const right = node.int('transB', 0) ? transpose(b, [1, 0]) : b;
    return build([left.dims[0], right.dims[1]], (index) => {
      let total = 0;
      for (let k = 0; k < left.dims[1]; k++) total += at(left, [index[0], k]) * at(right, [k, index[1]]);
      const bias = c === undefined ? 0 : node.float('beta', 1) * atBroadcast(c, index);
      return node.float('alpha', 1) * total + bias;
    });
  },
  Einsum: (inputs, node) => {
    const equation = node.text('equation', '').replaceAll(' ', '');
    const [left, right] = equation.split('->');
    const written = left.split(',');
    const dotted = written.map((term, i) =>
      term.includes('.') ? inputs[i].dims.length - term.length + 3 : 0,
    );
    const dots = '0123456789'.slice(0, Math.max(...dotted));
    const terms = written.map((term, i) => term.replace('...', dots.slice(dots.length - dotted[i])));
    const letters = [...left].filter((c) => /[a-zA-Z]/.test(c)).sort();
    const implicit =
      (left.includes('.') ? dots : '') +
      letters.filter((c, i) => letters.indexOf(c) === i && letters.lastIndexOf(c) === i).join('');
    const out = right === undefined ? implicit : right.replace('...', dots);
    const size = new Map<string, number>();
    terms.forEach((term, i) => {
      [...term].forEach((c, axis) => {
        size.set(c, Math.max(size.get(c) ?? 1, inputs[i].dims[axis]));
      });
    });
    const summed = [...size.keys()].filter((c) => !out.includes(c));
    return build(
      [...out].map((c) => size.get(c)!),
      (index) => {
        let total = 0;
        build(
          summed.map((c) => size.get(c)!),
          (inner) => {
            const entry = (c: string) => (out.includes(c) ? index[out.indexOf(c)] : inner[summed.indexOf(c)]);
            total += terms.reduce(
              (product, term, i) => product * atBroadcast(inputs[i], [...term].map(entry)),
              1,
            );
            return 0;
          },
        );
        return total;
      },
    );
  },
};
