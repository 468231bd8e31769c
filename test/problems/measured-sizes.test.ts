import { describe, expect, it } from 'vitest';
import { bind, problem } from '../../problems/bind.js';

describe('an operator of the table', () => {
  // The scene beyond the frame is rounded up to a quick size: it must be told what was measured.
  it.each(['gaussian-blur:sigma=1', 'motion-blur:size=9', 'defocus-blur:radius=2'])(
    '%s is bound to measurements of every size',
    (blur) => {
      for (let height = 13; height < 33; height++) {
        const bound = bind(problem(blur, 'gaussian:sigma=0.1'), { measurementShape: [3, height, 20] });
        expect(bound.measurementShape).toEqual([3, height, 20]);
      }
    },
  );
});
