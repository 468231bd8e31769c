/** Says of long work, once its first part is timed, how long it will take, how much memory, and what is quicker. */
import type { FolderEvent } from '../index.js';
import { formatDuration, TimeLeft } from './time-left.js';

type Begin = Extract<FolderEvent, { type: 'begin' }>;

/** Seconds that are long enough to be told of beforehand. */
const LONG = 60;

export class Forecast {
  private begun?: Begin;
  private left = new TimeLeft();

  constructor(
    private readonly note: (text: string, event: { readonly type: string }) => void,
    private readonly now = () => performance.now() / 1000,
  ) {}

  /** An image is begun. */
  begin(event: Begin): void {
    this.begun = event;
    this.left = new TimeLeft();
  }

  /** Told once for each image, and only of long work. @param fraction of the image's work that is done. */
  progress(fraction: number): void {
    this.left.update(fraction, this.now());
    const { seconds } = this.left;
    if (this.begun === undefined || seconds === undefined) return;
    const { name, size, memory, quicker } = this.begun;
    this.begun = undefined;
    if (seconds < LONG) return;
    const cost = `about ${formatDuration(seconds)} and ${(memory / 1e9).toFixed(1)} GB of memory`;
    const text = `${name}, ${size.join('×')} pixels: ${cost}${quicker ? `; ${quicker}` : ''}`;
    this.note(text, { type: 'forecast', ...{ name, seconds, memory, quicker } });
  }
}
