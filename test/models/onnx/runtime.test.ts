import { expect, test } from 'vitest';
import { closeOn, type Runtime } from '../../../models/onnx/runtime.js';

function closable() {
  const reasons: unknown[] = [];
  const runtime: Runtime = {
    workers: 1,
    open: () => Promise.reject(new Error('nothing is opened here')),
    close: async (reason) => void reasons.push(reason),
  };
  return { runtime, reasons };
}

test('a signal closes a runtime for its own reason', () => {
  const { runtime, reasons } = closable();
  const controller = new AbortController();
  closeOn(runtime, controller.signal);
  const reason = new Error('enough');
  controller.abort(reason);
  expect(reasons).toEqual([reason]);
});

test('what is forgotten in time closes nothing', () => {
  const { runtime, reasons } = closable();
  const controller = new AbortController();
  closeOn(runtime, controller.signal)();
  controller.abort();
  expect(reasons).toEqual([]);
});
