import { expect, it } from 'vitest';
import { devices } from '../models/onnx/runtime.js';
import { listDevices } from '../src/devices.js';

it('each device works, or says in a sentence what it lacks', { timeout: 300_000 }, async () => {
  const told: string[] = [];
  const found = await listDevices(({ name }) => told.push(name));
  expect(found.map(({ name }) => name)).toEqual(devices);
  // As soon as each is known, in whatever order.
  expect(told.sort()).toEqual([...devices].sort());
  expect(found[0]).toEqual({
    name: 'cpu',
    works: true,
    summary: 'works, and is what is used unless told',
  });
  for (const { name, works, summary } of found) {
    expect(summary).not.toContain('\n');
    if (!works) expect(summary).toMatch(new RegExp(`^device ${name}`));
  }
});
