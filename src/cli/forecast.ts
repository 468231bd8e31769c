/** Says of long work, once its pace is known, how long it will take, how much memory, and what is quicker. */
import type { FolderEvent } from '../index.js';
import { formatDuration, TimeLeft } from './time-left.js';

type Begin = Extract<FolderEvent, { type: 'begin' }>;

/** Seconds that are long enough to be told of beforehand. */
const LONG = 60;

/** Seconds of work from which its pace is known. */
const SETTLED = 10;

export class Forecast {
  private begun?: Begin;
  private left = new TimeLeft();
  /** What was done when the image was begun: part of it, where a run goes on. */
  private done?: number;

  constructor(
    private readonly note: (text: string, event: { readonly type: string }) => void,
    private readonly now = () => performance.now() / 1000,
  ) {}

  /** An image is begun. */
  begin(event: Begin): void {
    this.begun = event;
    this.left = new TimeLeft();
    this.done = undefined;
  }

  /**
   * Told once for each image, and only of long work. The first step is not counted: what is made ready once is in it.
   * @param fraction of the image's work that is done.
   */
  progress(fraction: number): void {
    this.done ??= fraction;
    if (this.begun === undefined || fraction <= this.done) return;
    this.left.update(fraction, this.now());
    const { passed, seconds } = this.left;
    if (seconds === undefined || passed < SETTLED) return;
    this.say(this.begun, seconds);
    this.begun = undefined;
  }

  private say({ name, size, memory, quicker }: Begin, seconds: number): void {
    if (seconds < LONG) return;
    const cost = `about ${formatDuration(seconds)} and ${(memory / 1e9).toFixed(1)} GB of memory`;
    const text = `${name}, ${size.join('×')} pixels: ${cost}${quicker ? `; ${quicker}` : ''}`;
    this.note(text, { type: 'forecast', ...{ name, seconds, memory, quicker } });
  }
}
