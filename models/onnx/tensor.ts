/** Tensors as they cross the border to ONNX Runtime. */

/** Element types that a tensor may have here, named as ONNX Runtime names them. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

/** How each element type is held: float16 as its raw bits, bool as 0 or 1. */
export const ELEMENT_ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

export type TensorData =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | BigUint64Array
  | Uint32Array
  | Uint16Array
  | Uint8Array;

export interface Tensor {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** The same tensors in memory of their own. */
export function copied(tensors: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
  const copies = Object.entries(tensors).map(([name, tensor]) => [
    name,
    { ...tensor, data: tensor.data.slice() } as Tensor,
  ]);
  return Object.fromEntries(copies);
}

/** An input or output of a graph; a dimension given by name is free. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}
