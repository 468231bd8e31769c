import { expect, it } from 'vitest';
import { elementTypeName, elementTypeNumber } from '../../../../models/onnx/proto/element-types.js';
import { ELEMENT_ARRAYS, type ElementType } from '../../../../models/onnx/tensor.js';

it('every type has the number of the standard, and back', () => {
  expect([elementTypeNumber('float32'), elementTypeNumber('int64'), elementTypeNumber('float16')]).toEqual([
    1, 7, 10,
  ]);
  for (const type of Object.keys(ELEMENT_ARRAYS) as ElementType[]) {
    expect(elementTypeName(elementTypeNumber(type), 'x')).toBe(type);
  }
});

it('types that tensors here cannot have are refused by what has them', () => {
  expect(() => elementTypeName(8, 'Tensor "t"')).toThrow(
    'Tensor "t" has element type STRING; expected one of float32',
  );
  expect(() => elementTypeName(99, 'Value "v"')).toThrow('Value "v" has element type 99');
});
