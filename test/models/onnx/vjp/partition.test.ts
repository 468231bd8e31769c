import { expect, it } from 'vitest';
import type { ValueTypes } from '../../../../models/onnx/vjp/emitter.js';
import { partition } from '../../../../models/onnx/vjp/partition.js';
import { node } from '../../tiny-models.js';

const types = (sizes: Readonly<Record<string, number>>): ValueTypes =>
  new Map(Object.entries(sizes).map(([name, size]) => [name, { type: 'float32', dims: [size] }]));

/** A derivative d = s·t of two forward values, which the cotangent v is then multiplied with. */
const nodes = [node('Mul', ['s', 't'], ['d']), node('Mul', ['v', 'd'], ['gradient'])];
const ops = (list: readonly { outputs: readonly string[] }[]) => list.flatMap(({ outputs }) => outputs);

it('runs early what no cotangent reaches, where it frees more than it gives', () => {
  const { early, late } = partition(nodes, ['v'], new Set(), types({ s: 10, t: 10, d: 10 }));
  expect([ops(early), ops(late)]).toEqual([['d'], ['gradient']]);
});

it('leaves it late where what it reads is needed anyhow, or its size is not known', () => {
  const again = [...nodes, node('Mul', ['v', 's'], ['other']), node('Mul', ['v', 't'], ['third'])];
  expect(ops(partition(again, ['v'], new Set(), types({ s: 10, t: 10, d: 10 })).early)).toEqual([]);
  expect(ops(partition(nodes, ['v'], new Set(), types({ s: 10, t: 10 })).early)).toEqual([]);
});

it('what is made of constants alone may stand in both', () => {
  const fixed = [node('Neg', ['c'], ['minus']), node('Mul', ['v', 'minus'], ['gradient'])];
  const { early, late } = partition(fixed, ['v'], new Set(['c']), types({}));
  expect([ops(early), ops(late)]).toEqual([['minus'], ['minus', 'gradient']]);
});
