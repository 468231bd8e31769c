import { describe, expect, it } from 'vitest';
import { retrodictHere as retrodict } from './in-process.js';
import { jsonLines } from './spawn.js';

describe('retrodict', () => {
  it('describes options with type, range, default and unit', async () => {
    const { stdout, status } = await retrodict(['describe', 'wiener']);
    expect(stdout).toMatch(/^wiener \(solver\): Wiener filter/);
    expect(stdout).toMatch(/Needs no prior, a linear problem, Gaussian noise of equal variance\./);
    expect(stdout).toMatch(
      /^ {2}weight {2}\(number, 0 < x, default 200\)\n {6}1 \/ variance of the difference/m,
    );
    expect(status).toBe(0);
    const [description] = jsonLines(await retrodict(['describe', 'gaussian', '--json']));
    expect(description).toMatchObject({
      type: 'description',
      version: 1,
      kind: 'noise',
      name: 'gaussian',
      schema: { type: 'object', properties: { sigma: { type: 'number', exclusiveMinimum: 0, maximum: 1 } } },
    });
    const [prior] = jsonLines(await retrodict(['describe', 'photo-small', '--json']));
    expect(prior).toMatchObject({ kind: 'prior', card: { channels: 3 } });
    const wrong = await retrodict(['describe', 'gausian-blur']);
    expect(wrong.stderr).toMatch(
      /^there is no problem, noise, solver or prior "gausian-blur"; the nearest are gaussian-blur/,
    );
    expect(wrong.status).toBe(2);
  });
});
