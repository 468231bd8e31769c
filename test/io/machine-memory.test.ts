import { totalmem } from 'node:os';
import { expect, it, vi } from 'vitest';
import { machineMemory } from '../../src/io/machine-memory.js';

it.each([
  ['no limit', 0, totalmem()],
  ['the limit of a container', 2 ** 20, 2 ** 20],
  ['a limit beyond the machine', 2 ** 62, totalmem()],
])('nine tenths of what there is: %s', (_, limit, bytes) => {
  const spy = vi.spyOn(process, 'constrainedMemory').mockReturnValue(limit);
  expect(machineMemory()).toBeCloseTo(0.9 * bytes, 0);
  spy.mockRestore();
});
