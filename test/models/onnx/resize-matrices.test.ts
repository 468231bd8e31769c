/** What Resize nodes do along an axis, against matrices that can be written down. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { measureResizes } from '../../../models/onnx/resize-matrices.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { inferTypes } from '../../../models/onnx/shapes.js';
import { TestGraph } from './test-graph.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

type Build = (g: TestGraph, x: string) => string;

/** The matrices of the last node, axis by axis, as rows. */
async function matricesOf(build: Build, dims: (number | string)[] = [1, 2, 3, 4]) {
  const g = new TestGraph(18);
  g.inputs.push({ name: 'x', type: 'float32', dims });
  const last = build(g, 'x');
  const model = g.model([last]);
  const types = await inferTypes(runtime, model, 'net.onnx');
  const measured = (await measureResizes(runtime, model, types, 'net.onnx')).get(last);
  if (measured === undefined) return undefined;
  return Object.fromEntries(
    [...measured].map(([axis, { from, to, values }]) => {
      expect(values.length).toBe(from * to);
      const rows = Array.from({ length: to }, (_, o) => [...values.subarray(o * from, (o + 1) * from)]);
      return [axis, rows];
    }),
  );
}

const nearest = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

describe('matrices of', () => {
  it('rows twice over, by scales', async () => {
    const found = await matricesOf((g, x) => g.op('Resize', [x, '', g.constant([1, 1, 2, 1], [4])], nearest));
    const [a, b, c] = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(found).toEqual({ 2: [a, a, b, b, c, c] });
  });

  it('half the columns between pixels, and rows to a size, each axis by itself', async () => {
    const found = await matricesOf((g, x) => {
      return g.op('Resize', [x, '', '', g.ints([1, 2, 6, 2])], { mode: 'linear' });
    });
    // Centres: column o lies at 2o + ½, row o at (o + ½)/2 − ½.
    const columns = [
      [0.5, 0.5, 0, 0],
      [0, 0, 0.5, 0.5],
    ];
    const rows = [
      [1, 0, 0],
      [0.75, 0.25, 0],
      [0.25, 0.75, 0],
      [0, 0.75, 0.25],
      [0, 0.25, 0.75],
      [0, 0, 1],
    ];
    expect(found).toEqual({ 2: rows, 3: columns });
  });

  it('a scale of which the size is rounded down is the scale, not the ratio of sizes', async () => {
    const scaled = await matricesOf((g, x) => {
      const corner = { coordinate_transformation_mode: 'asymmetric', mode: 'linear' };
      return g.op('Resize', [x, '', g.constant([0.6], [1])], { ...corner, axes: [-1] });
    });
    // Two of 2.4 columns, at 0 and 1/0.6 = 5/3.
    const [first, second] = scaled![3];
    expect(first).toEqual([1, 0, 0, 0]);
    expect(second).toEqual([0, expect.closeTo(1 / 3, 5), expect.closeTo(2 / 3, 5), 0]);
  });

  it('scales that were left out by an empty list', async () => {
    const found = await matricesOf((g, x) => {
      return g.op('Resize', [x, '', g.constant([], [0]), g.ints([1, 2, 3, 8])], nearest);
    });
    expect(Object.keys(found!)).toEqual(['3']);
    expect(found![3].map((row) => row.indexOf(1))).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('nothing where a size is known only when the graph runs', async () => {
    const build: Build = (g, x) => g.op('Resize', [x, '', g.constant([1, 1, 2, 2], [4])]);
    expect(await matricesOf(build, [1, 2, 'h', 4])).toBeUndefined();
  });
});

describe('what is refused', () => {
  const sizes = (g: TestGraph) => ['', '', g.ints([1, 2, 6, 8])];

  it('axes that are not resized one at a time', async () => {
    const cropped = matricesOf((g, x) => {
      const mode = { coordinate_transformation_mode: 'tf_crop_and_resize' };
      const corners = g.constant([0, 0, 0, 0, 1, 1, 1, 1], [8]);
      return g.op('Resize', [x, corners, '', g.ints([1, 2, 6, 8])], mode);
    });
    await expect(cropped).rejects.toThrow(
      /^net\.onnx cannot be .* at Resize .*: it crops and resizes in one/,
    );
    const tied = matricesOf((g, x) => {
      return g.op('Resize', [x, ...sizes(g)], { keep_aspect_ratio_policy: 'not_larger' });
    });
    await expect(tied).rejects.toThrow('keep_aspect_ratio_policy ties its axes together');
  });

  it('a batch axis', async () => {
    const batch = matricesOf((g, x) => g.op('Resize', [x, '', g.constant([2, 1, 1, 1], [4])], nearest));
    await expect(batch).rejects.toThrow('it resizes the batch axis');
  });
});
