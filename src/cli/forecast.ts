/** Says of long work, once its pace is known, how long it will take, how much memory, and what is quicker. */
import type { FolderEvent } from '../index.js';
import { formatDuration } from './time-left.js';

type Begin = Extract<FolderEvent, { type: 'begin' }>;

/** Seconds that are long enough to be told of beforehand. */
const LONG = 60;

/** Seconds of work from which its pace is known. */
const SETTLED = 10;

/** How much of an image's work was done, and when. */
interface Mark {
  readonly fraction: number;
  readonly at: number;
}

export class Forecast {
  private begun?: Begin;
  private marks: Mark[] = [];

  constructor(
    private readonly note: (text: string, event: { readonly type: string }) => void,
    private readonly now = () => performance.now() / 1000,
  ) {}

  /** An image is begun. */
  begin(event: Begin): void {
    this.begun = event;
    this.marks = [];
  }

  /**
   * Told once for each image, and only of long work. The first step is not counted: what is made ready once is in it.
   * @param fraction of the image's work that is done.
   */
  progress(fraction: number): void {
    if (this.begun === undefined) return;
    const mark = { fraction, at: this.now() };
    if (this.marks.length < 2) {
      if (fraction !== this.marks[0]?.fraction) this.marks.push(mark);
      return;
    }
    const [, first] = this.marks;
    const [done, passed] = [fraction - first.fraction, mark.at - first.at];
    if (done <= 0 || passed < SETTLED) return;
    this.say(this.begun, (passed * (1 - fraction)) / done);
    this.begun = undefined;
  }

  private say({ name, size, memory, quicker }: Begin, seconds: number): void {
    if (seconds < LONG) return;
    const cost = `about ${formatDuration(seconds)} and ${(memory / 1e9).toFixed(1)} GB of memory`;
    const text = `${name}, ${size.join('×')} pixels: ${cost}${quicker ? `; ${quicker}` : ''}`;
    this.note(text, { type: 'forecast', ...{ name, seconds, memory, quicker } });
  }
}
