/** How a network is told the level, from what its graph and its card say. */
import { describe, expect, it } from 'vitest';
import type { NetworkCard } from '../../models/card.js';
import { levelFeeds, levelInput, namedInput, scalarTensor } from '../../models/level-input.js';
import type { ElementType, Session } from '../../models/onnx/runtime.js';

const session = (dims: readonly (number | string)[], type: ElementType = 'float32') =>
  ({ inputs: [{ name: 't', type, dims }] }) as unknown as Session;
const card = (time: string | undefined, form: string) =>
  ({ inputs: { image: 'x', time }, time: { form, scale: 1 } }) as unknown as NetworkCard;
const level = (dims: readonly (number | string)[], type?: ElementType) =>
  levelInput(session(dims, type), card('t', 'sigma'), 'net.onnx');

describe('how a level is told', () => {
  it.each([
    [[], [], 1],
    [['n'], [1], 1],
    [[1, 1], [1, 1], 1],
    [['n', 1, 1, 1], [1, 1, 1, 1], 1],
    [['n', 1, 'h', 'w'], [1, 1, 2, 3], 6],
    [['n', 4, 'h', 'w'], [1, 4, 2, 3], 24],
    [['n', 'c', 2, 3], [1, 1, 2, 3], 6],
  ])('an input of shape %j is fed %j', (dims, fed, size) => {
    const { t } = levelFeeds(level(dims), 0.25, [2, 3]);
    expect(t.dims).toEqual(fed);
    expect([...t.data]).toEqual(Array(size).fill(0.25));
  });

  it('without an input: as a channel, or not at all', () => {
    expect(levelInput(session([]), card(undefined, 'sigma'), 'net.onnx')).toEqual({ as: 'channel' });
    expect(levelInput(session([]), card(undefined, 'none'), 'net.onnx')).toEqual({ as: 'nothing' });
    expect(levelFeeds({ as: 'channel' }, 0.25, [2, 3])).toEqual({});
    expect(levelFeeds({ as: 'nothing' }, 0.25, [2, 3])).toEqual({});
  });

  it.each([
    [[2], 'float32'],
    [['n', 1, 'h', 'w'], 'int64'],
    [[1], 'uint8'],
  ] as const)('an input of shape %j and type %s is refused', (dims, type) => {
    const found = `net.onnx: input "t" is ${type} [${dims.join(', ')}]; a time is one number`;
    expect(() => level(dims, type)).toThrow(found);
  });

  it('an input that there is not is named, with those that there are', () => {
    expect(() => namedInput(session([]), 'x', 'net.onnx')).toThrow(
      'net.onnx has no input "x" as its card says; it has "t".',
    );
  });

  it('whole numbers are rounded', () => {
    expect(scalarTensor({ name: 't', type: 'int64', dims: [] }, 2.6).data[0]).toBe(3n);
    expect(scalarTensor({ name: 't', type: 'int32', dims: [1] }, 2.4).data[0]).toBe(2);
  });
});
