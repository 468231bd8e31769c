import { expect, it } from 'vitest';
import { triedAt, whyNoGradient } from '../../models/trial.js';

it('says on what size a trial failed, and gives what it found otherwise', async () => {
  expect(await triedAt(8, async () => 3)).toBe(3);
  const failed = triedAt(8, () => Promise.reject(new Error('net.onnx fails.')));
  await expect(failed).rejects.toThrow(
    /^net\.onnx fails \(tried on 8×8 pixels, the least by sizeMultiple of its card\)\.$/,
  );
});

it('keeps why there are no gradients, for the end of a sentence', async () => {
  expect(await whyNoGradient(async () => 3)).toBeUndefined();
  expect(await whyNoGradient(() => Promise.reject(new Error('net.onnx fails.')))).toBe('net.onnx fails');
});
