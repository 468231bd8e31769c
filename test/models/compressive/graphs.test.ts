/** The graphs of a compressive prior: which are opened under which names, and how their answers are read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, openPart, openTransform, tensorOf } from '../../../models/compressive/graphs.js';
import { ChildRuntime } from '../../../models/onnx/session.js';
import { floatArray } from '../../../src/core/array.js';
import { smallModel } from './small-model.js';

let runtime: ChildRuntime;
beforeAll(async () => {
  runtime = await ChildRuntime.start();
});
afterAll(() => runtime.close());

const numbers = (...values: number[]) => floatArray(Float32Array.from(values), [1, 1, values.length]);

describe('parts', () => {
  it('are opened by the names of the card', async () => {
    const model = smallModel(runtime);
    const encoder = await openPart(model, 'encoder');
    const { outputs } = await encoder.session.run({ image: tensorOf(numbers(1, -2)) });
    expect([[...outputs.z.data], [...outputs.h.data]]).toEqual([
      [2, -4],
      [5, -10],
    ]);
    const same = { scale: 1, shift: 0 };
    const decoder = await openTransform(model, 'decoder');
    expect([...(await decoder.apply(numbers(1, -2), same, same, [1, 1, 2])).data]).toEqual([2, -1]);
  });

  it('that lack a name are refused', async () => {
    const named = (change: object) => smallModel(runtime, { card: change });
    const inputs = { encoder: ['x'], decoder: ['x'], 'hyper-decoder': ['h'] };
    await expect(openPart(named({ inputs }), 'encoder')).rejects.toThrow(
      'encoder.onnx has no input "x" as its card says; it has "image".',
    );
    await expect(openTransform(named({ inputs }), 'decoder')).rejects.toThrow(
      'decoder.onnx has no input "x" as its card says; it has "code".',
    );
    const outputs = { encoder: ['z', 'h'], decoder: ['decoded'], 'hyper-decoder': ['scales', 'mu'] };
    await expect(openPart(named({ outputs }), 'hyper-decoder')).rejects.toThrow('no output "mu"');
  });
});

describe('answers', () => {
  const answer = {
    type: 'float32',
    dims: [1, 4, 1, 2],
    data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  } as const;

  it('are codes: the first half of the channels where there are moments', () => {
    expect(codeOf(answer, [4, 1, 2], false, 'net')).toEqual(floatArray(answer.data, [4, 1, 2]));
    expect(codeOf(answer, [2, 1, 2], true, 'net')).toEqual(
      floatArray(Float32Array.of(1, 2, 3, 4), [2, 1, 2]),
    );
    expect(tensorOf(codeOf(answer, [4, 1, 2], false, 'net'))).toEqual(answer);
  });

  it('of another type or shape than the card says are refused', () => {
    expect(() => codeOf(answer, [2, 1, 2], false, 'net')).toThrow(
      'net answers with float32 1×4×1×2; its card says float32 1×2×1×2.',
    );
    const whole = { ...answer, type: 'int32', data: Int32Array.from(answer.data) } as const;
    expect(() => codeOf(whole, [4, 1, 2], false, 'net')).toThrow('net answers with int32 1×4×1×2');
  });
});
