/** The items of a job: how many are finished, and how far those are that are at work at the same time. */
import type { FolderEvent } from '../index.js';
import { Forecast } from './forecast.js';

type Told<T> = Extract<FolderEvent, { type: T }>;

export class AtWork {
  private finished = 0;
  private readonly fractions = new Map<string, number>();
  private readonly forecasts = new Map<string, Forecast>();

  constructor(private readonly note: ConstructorParameters<typeof Forecast>[0]) {}

  begin(event: Told<'begin'>): void {
    const forecast = new Forecast(this.note);
    forecast.begin(event);
    this.forecasts.set(event.name, forecast);
  }

  progress({ name, fraction }: Told<'progress'>): void {
    this.fractions.set(name, fraction);
    this.forecasts.get(name)?.progress(fraction);
  }

  end(name: string): void {
    this.finished++;
    this.fractions.delete(name);
    this.forecasts.delete(name);
  }

  /** How many items' work is done, parts of those at work counted. */
  get done(): number {
    return [...this.fractions.values()].reduce((sum, fraction) => sum + fraction, this.finished);
  }
}
