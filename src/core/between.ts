/** Whether a description lies among examples of it: numbers between theirs, everything else as in one of them. */

/** The first part that does not, and what the examples have there. */
export interface Outlier {
  /** `noise.options.sigma` */
  readonly path: string;
  readonly found: unknown;
  readonly examples: readonly unknown[];
}

/** What chooses random numbers makes nothing another kind. */
const IGNORED = ['seed'];

/** Rounding of fractions such as 25/255. */
const CLOSE = 1e-9;

/** @param examples at least one, plain JSON as `value` is. */
export function outlierAmong(examples: readonly unknown[], value: unknown, path = ''): Outlier | undefined {
  const outlier = { path, found: value, examples };
  if (typeof value === 'number') {
    const numbers = examples.filter((example) => typeof example === 'number');
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    const slack = CLOSE * Math.max(Math.abs(low), Math.abs(high));
    return value >= low - slack && value <= high + slack ? undefined : outlier;
  }
  if (!isRecord(value)) return examples.includes(value) ? undefined : outlier;
  const records = examples.filter(isRecord);
  if (records.length === 0) return outlier;
  for (const key of new Set([value, ...records].flatMap(Object.keys))) {
    if (IGNORED.includes(key)) continue;
    const inner = outlierAmong(
      records.map((record) => record[key]),
      value[key],
      path ? `${path}.${key}` : key,
    );
    if (inner) return inner;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
