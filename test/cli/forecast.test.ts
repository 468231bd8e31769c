import { describe, expect, it } from 'vitest';
import { Forecast } from '../../src/cli/forecast.js';

/** What is said of an image whose first twentieth took `seconds`. */
function said(seconds: number, quicker?: string): string[] {
  const lines: string[] = [];
  let now = 0;
  const forecast = new Forecast(
    (text) => lines.push(text),
    () => now,
  );
  forecast.begin({ type: 'begin', name: 'a/b', size: [3000, 4000], memory: 1.94e9, quicker });
  forecast.progress(0);
  now = seconds;
  forecast.progress(0.05);
  now = 2 * seconds;
  forecast.progress(0.1);
  return lines;
}

describe('Forecast', () => {
  it('says once what long work will take, and what is quicker', () => {
    expect(said(60, '--samples 0 gives the estimate alone, much sooner')).toEqual([
      'a/b, 3000×4000 pixels: about 19 min and 1.9 GB of memory; --samples 0 gives the estimate alone, much sooner',
    ]);
    expect(said(60)).toEqual(['a/b, 3000×4000 pixels: about 19 min and 1.9 GB of memory']);
  });

  it('says nothing of short work', () => {
    expect(said(3)).toEqual([]);
  });
});
