/** Names of element types against the numbers they have in ONNX files. */
import type { ElementType } from '../tensor.js';
import { TensorProto_DataType as DataType } from './onnx_pb.js';

const NUMBERS: Readonly<Record<ElementType, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  int64: DataType.INT64,
  int32: DataType.INT32,
  int16: DataType.INT16,
  int8: DataType.INT8,
  uint64: DataType.UINT64,
  uint32: DataType.UINT32,
  uint16: DataType.UINT16,
  uint8: DataType.UINT8,
  bool: DataType.BOOL,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as ElementType]));

export function elementTypeNumber(type: ElementType): number {
  return NUMBERS[type];
}

/** @throws Error for types that tensors here cannot have (strings, complex numbers, 8-bit and 4-bit floats). */
export function elementTypeName(number: number, of: string): ElementType {
  const name = NAMES.get(number);
  if (name === undefined) {
    throw new Error(
      `${of} has element type ${DataType[number] ?? number}; expected one of ${[...NAMES.values()].join(', ')}.`,
    );
  }
  return name;
}
