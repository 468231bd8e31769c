import { describe, expect, it } from 'vitest';
import { type Results, separateClashes } from '../../src/io/clashes.js';

const results: Results = {
  ...{ out: 'out', endings: ['.png', '.sd.png'], reserved: ['problem.json.png'], verb: 'restored' },
};
const item = (name: string, path = `in/${name}.png`) => ({ name, path });
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);

describe('separateClashes', () => {
  it('keeps what does not meet, and takes a file that is named twice once', () => {
    const { items, refused } = separateClashes([item('a'), item('b'), item('a', './in/a.png')], results);
    expect([names(items), refused]).toEqual([['a', 'b'], []]);
  });

  it('refuses two files of one name, and says both', () => {
    const { items, refused } = separateClashes([item('a'), item('a', 'in/a.jpg'), item('b')], results);
    expect(names(items)).toEqual(['b']);
    expect(refused).toHaveLength(1);
    expect(refused[0].reason).toBe(
      'in/a.png and in/a.jpg would both be written as a, so neither is restored',
    );
  });

  it('refuses an item whose result is another one’s', () => {
    const { items, refused } = separateClashes([item('a'), item('a.sd')], results);
    expect(items).toEqual([]);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('would both write a.sd.png, so neither is restored'),
      expect.stringContaining('would both write a.sd.png'),
    ]);
  });

  it("refuses a file of the job itself, and a folder where another's result stands", () => {
    const { refused } = separateClashes([item('problem.json'), item('a'), item('a.png/b')], results);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('is a file of the job itself'),
      'a.png would be a folder for in/a.png/b.png and a file for in/a.png, so it is not restored',
    ]);
  });

  it('refuses names that the file system cannot hold', () => {
    const long = 'x'.repeat(249);
    const { items, refused } = separateClashes([item(long), item('y'.repeat(248))], results);
    expect(names(items)).toEqual(['y'.repeat(248)]);
    expect(refused[0].reason).toContain('its result ending in .sd.png would have a name of 256');
  });
});
