import { describe, expect, it } from 'vitest';
import { retrodictHere as retrodict } from './in-process.js';
import { jsonLines } from './spawn.js';

describe('retrodict', () => {
  it.each(['problems', 'noises', 'solvers', 'priors'])('lists %s', async (kind) => {
    const text = await retrodict(['list', kind]);
    const json = await retrodict(['list', kind, '--json']);
    const entries = jsonLines(json);
    expect(entries.length).toBeGreaterThan(0);
    expect(entries[0]).toEqual({
      type: 'entry',
      version: 1,
      kind,
      name: expect.any(String),
      summary: expect.any(String),
      ...(kind === 'solvers' && { samplesPosterior: expect.any(Boolean) }),
    });
    const names = text.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    expect(names).toEqual(entries.map(({ name }) => name));
    expect([text.status, json.status]).toEqual([0, 0]);
  });
});
