/** What `retrodict restore` says while it works. */
import type { FolderEvent, ProblemSpec } from '../index.js';
import { Forecast } from './forecast.js';
import type { Output } from './output.js';

/** Tells what happens. */
export function reporter(output: Output): (event: FolderEvent) => void {
  let items = 1;
  let finished = 0;
  const pace = new Forecast((text, event) => output.note(text, event));
  return (event) => {
    switch (event.type) {
      case 'start':
        items = event.items;
        output.note(`${items} to restore`, event);
        return;
      case 'waiting':
        output.note(`waiting for ${event.items} that other runs work on`, event);
        return;
      case 'skipped':
        output.note(`skipped ${event.path}: it ${event.reason}`, event);
        return;
      case 'note':
        output.note(event.message, event);
        return;
      case 'found':
        if (event.problem === undefined) finished++;
        output.note(describeFound(event), event);
        return;
      case 'noise':
        output.note(`${event.name}: noise: ${event.description}`, event);
        return;
      case 'warning':
        output.warning(`${event.name}: ${event.message}`, event);
        return;
      case 'begin':
        pace.begin(event);
        return;
      case 'progress':
        output.progress((finished + event.fraction) / items, event.name);
        pace.progress(event.fraction);
        return;
      case 'done':
        finished++;
        output.result(describeDone(event.line), { ...event.line, type: 'done' });
        return;
      case 'drawn':
        finished++;
        output.result(`${event.name}: samples ${event.range.from}:${event.range.to} drawn`, event);
        return;
      case 'unchanged':
        finished++;
        output.note(`${event.name}: already done`, event);
        return;
      case 'failed':
        finished++;
        output.failure(event);
    }
  };
}

type Found = Extract<FolderEvent, { type: 'found' }>;

function describeFound({ name, problem, description }: Found): string {
  const done = problem === undefined ? 'left as it is' : `restored by --problem ${problem}`;
  return `${name}: found ${description}; ${done}`;
}

type DoneLine = Extract<FolderEvent, { type: 'done' }>['line'];

function describeDone(line: DoneLine): string {
  const { files, made, seconds, misfit, psnr, ssim, uncertainty, samplesPosterior, sdWhite } = line;
  const average = misfit.reduce((sum, value) => sum + value, 0) / misfit.length;
  const kept = made.solver === 'keep';
  const parts = [kept ? 'as it was' : `${seconds.toFixed(1)} s`];
  // What a file rounded is known to a step, and most of it to much less.
  const { operators = [] } = { ...(made.problem as Partial<ProblemSpec>) };
  const rounded = operators.some(({ name }) => name === 'jpeg');
  const ideal = rounded ? 'up to 1 is within its rounding' : '1 is ideal';
  if (!kept && misfit.length > 0) parts.push(`misfit ${average.toFixed(2)} (${ideal})`);
  if (psnr !== undefined && ssim !== undefined)
    parts.push(`PSNR ${psnr.toFixed(2)} dB`, `SSIM ${ssim.toFixed(3)}`);
  if (uncertainty) parts.push(`the interval holds ${(100 * uncertainty.held).toFixed(0)} % of the truth`);
  if (
    sdWhite !== undefined &&
    !samplesPosterior &&
    line.capped === undefined &&
    line.calibration === undefined
  )
    parts.push('the spread is no uncertainty');
  return `${files[0]}: ${parts.join(', ')}`;
}
