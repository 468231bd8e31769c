/** Whatever is set wrongly of any problem, noise or solver, the message is in our words and names the option. */
import { describe, expect, it } from 'vitest';
import { noises, operators } from '../problems/index.js';
import { solvers } from '../solvers/index.js';
import { unconditionalOptions } from '../solvers/parts/unconditional.js';
import { UsageError } from '../src/core/errors.js';
import { parseOptions } from '../src/core/options.js';

/** At least one of them is wrong for every option. */
const WRONG = [null, Number.NaN, -1e300, 1e300, 0.5, 'nonsense', '', true, [], [1, 'x'], [-1], {}, 12n];

/** Words of the schema library's own messages. */
const THEIRS =
  /Invalid|received|Too (small|big)|Unrecognized|nonoptional|expected (string|number|int|boolean|array|tuple|object)\b/;

const entries = [operators, noises, solvers, { sample: { name: 'sample', options: unconditionalOptions } }]
  .flatMap((table) => Object.values(table))
  .filter(({ options }) => Object.keys(options.shape).length > 0)
  .map(({ name, options }) => ({ name, options }));

function messageOf(
  entry: Pick<(typeof entries)[number], 'name' | 'options'>,
  set: Record<string, unknown>,
): string | undefined {
  try {
    parseOptions(entry.options, entry.name, set);
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
}

describe.each(entries)('$name', (entry) => {
  it.each(Object.keys(entry.options.shape))('%s', (option) => {
    // By itself: of others that are needed, what lacks would come first.
    const alone = { ...entry, options: entry.options.pick({ [option]: true }) };
    const messages = WRONG.map((value) => messageOf(alone, { [option]: value })).filter(
      (message) => message !== undefined,
    );
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) {
      expect(message).toContain(option);
      expect(message).not.toMatch(THEIRS);
      expect(message).not.toMatch(/\n|undefined|\[object/);
    }
  });

  it('an option that is not there', () => {
    const message = messageOf(entry, { nothingIsCalledSo: 1 });
    expect(message).toContain('nothingIsCalledSo');
    expect(message).not.toMatch(THEIRS);
  });
});
