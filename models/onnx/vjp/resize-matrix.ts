/** What the rule of Resize needs to know of a node: its matrices. */

/** How one axis is resampled: `values[o * from + i]` is the weight of element i in element o of the result. */
export interface ResizeMatrix {
  readonly from: number;
  readonly to: number;
  readonly values: Float32Array;
}

/** By output of a Resize node, then by axis; axes that keep their size have none. */
export type ResizeMatrices = ReadonlyMap<string, ReadonlyMap<number, ResizeMatrix>>;
