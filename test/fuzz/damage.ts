/** Bytes of files as they come to grief, and what a program may answer to them. */
import fc from 'fast-check';
import { expect } from 'vitest';

/**
 * How many cases a property tries: a few in the usual tests, and with `npm run fuzz` as many as the time allows, from
 * the seed that it prints.
 */
export function parameters(usual: number): fc.Parameters<unknown> {
  const { FUZZ_SECONDS, FUZZ_SEED } = process.env;
  if (FUZZ_SECONDS === undefined) return { seed: 1, numRuns: usual };
  return {
    seed: Number(FUZZ_SEED),
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: 1000 * Number(FUZZ_SECONDS),
    markInterruptAsFailure: false,
  };
}

/** What nobody writes into a field of a JSON file. */
export const strangeValues = fc.constantFrom<unknown>(
  ...[
    undefined,
    null,
    '',
    0,
    -1,
    1,
    3,
    1e9,
    1e300,
    0.5,
    true,
    [],
    {},
    '../up',
    '/dev/zero',
    'x'.repeat(5000),
  ],
);

/** One file that was cut, flipped, overwritten, stretched or mixed with itself, at up to four places. */
export function damaged(files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const change = fc.record({
    kind: fc.constantFrom('flip', 'byte', 'zeros', 'ones', 'cut', 'insert', 'copy', 'number'),
    from: place,
    to: place,
    value: fc.integer({ min: 0, max: 255 }),
    // Sizes and counts of headers are where large numbers hurt.
    number: fc.constantFrom(0, 1, 0x7f, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff),
    head: fc.boolean(),
  });
  return fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([file, changes]) => {
      let bytes = Buffer.from(file);
      for (const { kind, from, to, value, number, head } of changes) {
        const reach = head ? Math.min(bytes.length, 160) : bytes.length;
        const at = Math.floor(from * reach);
        const span = 1 + Math.floor(to * 24);
        if (kind === 'cut') bytes = bytes.subarray(0, at);
        else if (kind === 'insert')
          bytes = Buffer.concat([bytes.subarray(0, at), Buffer.alloc(span, value), bytes.subarray(at)]);
        else if (kind === 'copy')
          bytes.copy(bytes, at, Math.floor(to * bytes.length), Math.floor(to * bytes.length) + span);
        else if (kind === 'zeros' || kind === 'ones')
          bytes.fill(kind === 'zeros' ? 0 : 255, at, Math.min(at + span, bytes.length));
        else if (kind === 'number' && at + 4 <= bytes.length) bytes.writeUInt32BE(number, at);
        else if (at < bytes.length) bytes[at] = kind === 'flip' ? bytes[at] ^ (1 << (value & 7)) : value;
      }
      return new Uint8Array(bytes);
    });
}

/** What a person is told: one or a few lines in words, no trace of the program's insides. */
export function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message).not.toBe('');
  expect(message.split('\n').length, message).toBeLessThanOrEqual(4);
  expect(message.length, message).toBeLessThan(1200);
  expect(message).not.toMatch(
    /\n {4}at |node_modules|Cannot read propert|is not a function|is not iterable|undefined|Maximum call stack|Invalid (typed )?array length|Invalid string length|Out of memory|allocation failed/i,
  );
}

/** Counts what became of the cases, and prints it when `npm run fuzz` asks. */
export function tally(name: string) {
  const counts: Record<string, number> = {};
  return {
    count(outcome: string) {
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    },
    print() {
      if (process.env.FUZZ_SECONDS === undefined) return;
      const tried = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const parts = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
      process.stdout.write(`${name}: ${tried} tried; ${parts.join(', ')}\n`);
    },
  };
}
