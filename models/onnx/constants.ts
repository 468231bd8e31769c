/** Constant tensors made from numbers, and read as numbers. */
import { isExternal, type TensorRef } from './graph.js';
import { ELEMENT_ARRAYS, type ElementType } from './tensor.js';

/** A tensor held inline. float16 is rounded to nearest, ties to even. */
export function constant(
  name: string,
  type: ElementType,
  dims: readonly number[],
  values: ArrayLike<number>,
): TensorRef {
  const array = encode(type, values);
  return {
    name,
    type,
    dims,
    data: { bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) },
  };
}

function encode(type: ElementType, values: ArrayLike<number>): ArrayBufferView {
  if (type === 'int64') return BigInt64Array.from(Array.from(values, int64));
  if (type === 'uint64') return BigUint64Array.from(Array.from(values, BigInt));
  if (type === 'float16') return Uint16Array.from(values, halfBits);
  return ELEMENT_ARRAYS[type].from(values as ArrayLike<number> & ArrayLike<bigint>);
}

/** "To the end" is written as the largest int64, which no double holds exactly: larger doubles mean that. */
export function int64(value: number): bigint {
  return value >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(value);
}

/**
 * The values of a tensor; 64-bit integers beyond 2⁵³ are rounded.
 * @throws Error where the tensor is held by reference
 */
export function valuesOf(tensor: TensorRef): number[] {
  if (isExternal(tensor.data)) {
    throw new Error(
      `The values of "${tensor.name}" are in ${tensor.data.location}; expected them in the model.`,
    );
  }
  // A copy, because the bytes may start anywhere in a file and typed arrays must be aligned.
  const { buffer } = new Uint8Array(tensor.data.bytes);
  const values = Array.from(new ELEMENT_ARRAYS[tensor.type](buffer), Number);
  return tensor.type === 'float16' ? values.map(halfValue) : values;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  // Numbers below 2⁻¹⁴ have no implicit leading one; a fraction that rounds up to 1024 carries into the exponent by
  // itself.
  const steps = roundHalfEven(size * 2 ** (10 - exponent));
  return sign | (size < 2 ** -14 ? steps : ((exponent + 14) << 10) + steps);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
