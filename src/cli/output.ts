/** What the commands print: results on stdout, everything said about them on stderr; or JSON lines on stdout alone. */
import { type Bar, Presets, SingleBar } from 'cli-progress';
import { formatDuration, TimeLeft } from './time-left.js';
import { visible, visibleJson, visiblePage } from './visible.js';

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export class Output {
  private bar: Bar | undefined;
  private readonly timeLeft = new TimeLeft();
  /** When the next line of progress is due, where there is no bar. */
  private lineAt: number | undefined;

  constructor(private readonly options: OutputOptions) {}

  /** A result: a line of text, or with `--json` the object, with `version: 1`. */
  result(text: string, event: { readonly type: string; readonly [more: string]: unknown }): void {
    this.page(visible(text), event);
  }

  /** A result of several lines. */
  page(text: string, event: { readonly type: string; readonly [more: string]: unknown }): void {
    this.clearBar();
    if (this.options.json) {
      const { type, ...rest } = event;
      process.stdout.write(`${visibleJson({ type, version: 1, ...rest })}\n`);
    } else if (!this.options.quiet) process.stdout.write(`${visiblePage(text)}\n`);
  }

  /** Something worth knowing that is no result. */
  note(text: string, event: { readonly type: string; readonly [more: string]: unknown }): void {
    if (this.options.json) this.result(text, event);
    else if (!this.options.quiet) this.say(text);
  }

  /** What went wrong, said even with `--quiet`. */
  error(text: string, event: { readonly type: string; readonly [more: string]: unknown }): void {
    if (this.options.json) this.result(text, event);
    this.say(text);
  }

  /** What a person should look at, said even with `--quiet`. */
  warning(text: string, event: { readonly type: string; readonly [more: string]: unknown }): void {
    this.error(`warning: ${text}`, event);
  }

  /** An item that could not be done; the sentence begins with its file unless it names it anyhow. */
  failure({
    name,
    path,
    error,
  }: {
    readonly name: string;
    readonly path: string;
    readonly error: Error;
  }): void {
    const { message } = error;
    const text = message.includes(path) ? message : `${path}: ${message}`;
    this.error(text, { type: 'failed', name, path, error: message });
  }

  /** Shows how much of the work is done, 0 to 1, with the time left: a bar on a terminal, else a line a minute. */
  progress(fraction: number, label: string): void {
    if (this.options.quiet) return;
    const now = performance.now() / 1000;
    this.timeLeft.update(fraction, now);
    const { seconds } = this.timeLeft;
    const left = seconds === undefined ? 'time unknown' : `${formatDuration(seconds)} left`;
    if (process.stderr.isTTY) {
      this.bar ??= startBar();
      this.bar.update(Math.round(fraction * STEPS), { label: visible(label), left });
      return;
    }
    this.lineAt ??= now + LINE_EVERY;
    if (now < this.lineAt) return;
    this.lineAt = now + LINE_EVERY;
    this.say(`${(100 * fraction).toFixed(fraction < 0.1 ? 1 : 0)} % done, at ${label}, ${left}`);
  }

  endProgress(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private say(text: string): void {
    this.clearBar();
    process.stderr.write(`${visible(text)}\n`);
  }

  /** Takes the bar's line away; the next update draws it again below. */
  private clearBar(): void {
    if (this.bar) process.stderr.write('\r\x1b[K');
  }
}

const STEPS = 10_000;

/** Seconds between lines of progress. */
const LINE_EVERY = 60;

function startBar(): SingleBar {
  const format = '{bar} {percentage}% | {label} | {left}';
  const bar = new SingleBar({ format, hideCursor: true, barsize: 24 }, Presets.shades_classic);
  bar.start(STEPS, 0, { label: '', left: '' });
  return bar;
}
