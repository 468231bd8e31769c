import { describe, expect, it } from 'vitest';
import { Forecast } from '../../src/cli/forecast.js';

/** What is said of an image of which another twentieth is done at each of these seconds. */
function told(times: readonly number[], quicker?: string): string[] {
  const lines: string[] = [];
  let now = 0;
  const forecast = new Forecast(
    (text) => lines.push(text),
    () => now,
  );
  forecast.begin({ type: 'begin', name: 'a/b', size: [3000, 4000], memory: 1.94e9, quicker });
  for (const [step, time] of times.entries()) {
    now = time;
    forecast.progress(0.05 * step);
  }
  return lines;
}

/** The same where a twentieth takes `seconds`, and the first one `before` more. */
function said(seconds: number, quicker?: string, before = 0): string[] {
  return told([0, ...[1, 2, 3].map((step) => before + step * seconds)], quicker);
}

describe('Forecast', () => {
  it('says once what long work will take, and what is quicker', () => {
    expect(said(60, '--samples 0 gives the estimate alone, much sooner')).toEqual([
      'a/b, 3000×4000 pixels: about 18 min and 1.9 GB of memory; --samples 0 gives the estimate alone, much sooner',
    ]);
    expect(said(60)).toEqual(['a/b, 3000×4000 pixels: about 18 min and 1.9 GB of memory']);
  });

  it('does not take what the first step makes ready for the pace', () => {
    expect(said(60, undefined, 1000)).toEqual(said(60));
  });

  it('waits until the pace is known', () => {
    expect(told([0, 1, 2, 32])).toEqual(['a/b, 3000×4000 pixels: about 4 min and 1.9 GB of memory']);
  });

  it('says nothing of short work', () => {
    expect(said(3)).toEqual([]);
  });
});
