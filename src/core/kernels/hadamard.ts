/** The Walsh–Hadamard transform in place, times `unit`: two steps at a time, for each goes through the whole memory. */

/** @param size a power of 2. */
export function hadamard(plane: usize, size: usize, unit: f64): void {
  const end = plane + (size << 3);
  let half: usize = 8;
  // The first two steps are between neighbours, where two values make no vector.
  if (size >= 4) {
    for (let at = plane; at < end; at += 32) {
      const sum = load<f64>(at) + load<f64>(at, 8);
      const difference = load<f64>(at) - load<f64>(at, 8);
      const sum2 = load<f64>(at, 16) + load<f64>(at, 24);
      const difference2 = load<f64>(at, 16) - load<f64>(at, 24);
      store<f64>(at, sum + sum2);
      store<f64>(at, difference + difference2, 8);
      store<f64>(at, sum - sum2, 16);
      store<f64>(at, difference - difference2, 24);
    }
    half = 32;
  }
  for (; half << 2 <= size << 3; half <<= 2) {
    for (let start = plane; start < end; start += half << 2) {
      for (let at = start; at < start + half; at += 16) {
        const a = v128.load(at);
        const b = v128.load(at + half);
        const c = v128.load(at + 2 * half);
        const d = v128.load(at + 3 * half);
        const sum = f64x2.add(a, b);
        const difference = f64x2.sub(a, b);
        const sum2 = f64x2.add(c, d);
        const difference2 = f64x2.sub(c, d);
        v128.store(at, f64x2.add(sum, sum2));
        v128.store(at + half, f64x2.add(difference, difference2));
        v128.store(at + 2 * half, f64x2.sub(sum, sum2));
        v128.store(at + 3 * half, f64x2.sub(difference, difference2));
      }
    }
  }
  // One is left over where their number is odd.
  for (let at = plane; at < plane + half && half < size << 3; at += 8) {
    const a = load<f64>(at);
    const b = load<f64>(at + half);
    store<f64>(at, a + b);
    store<f64>(at + half, a - b);
  }
  for (let at = plane; at < end; at += 8) store<f64>(at, unit * load<f64>(at));
}
