/** What `retrodict restore` says while it works. */
import type { FolderEvent, ProblemSpec } from '../index.js';
import { AtWork } from './at-work.js';
import type { Output } from './output.js';
import { formatDuration } from './time-left.js';

/** Tells what happens. */
export function reporter(output: Output, verbose = false): (event: FolderEvent) => void {
  let items = 1;
  const work = new AtWork((text, event) => output.note(text, event));
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
        if (event.problem === undefined) work.end(event.name);
        output.note(describeFound(event), event);
        return;
      case 'noise':
        output.note(`${event.name}: noise: ${event.description}`, event);
        return;
      case 'warning':
        output.warning(`${event.name}: ${event.message}`, event);
        return;
      case 'workers':
        if (verbose) output.note(describeWorkers(event), event);
        return;
      case 'begin':
        if (verbose) output.note(`${event.name}: about ${gigabytes(event.memory)} of memory`, event);
        work.begin(event);
        return;
      case 'resumed':
        output.note(
          `${event.name}: goes on after ${formatDuration(event.seconds)} of work that was done before`,
          event,
        );
        return;
      case 'progress':
        work.progress(event);
        output.progress(work.done / items, event.name);
        return;
      case 'done':
        work.end(event.name);
        output.result(describeDone(event.line), { ...event.line, type: 'done' });
        return;
      case 'drawn':
        work.end(event.name);
        output.result(`${event.name}: samples ${event.range.from}:${event.range.to} drawn`, event);
        return;
      case 'unchanged':
        work.end(event.name);
        output.note(`${event.name}: already done`, event);
        return;
      case 'failed':
        work.end(event.name);
        output.failure(event);
    }
  };
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;

function describeWorkers({ workers, held }: Extract<FolderEvent, { type: 'workers' }>): string {
  const each = `holds ${gigabytes(held)} before the first picture, its weights among it`;
  return workers === 1 ? `one worker; it ${each}` : `${workers} workers; each ${each}`;
}

type Found = Extract<FolderEvent, { type: 'found' }>;

function describeFound({ name, problem, description }: Found): string {
  const done = problem === undefined ? 'left as it is' : `restored by --problem ${problem}`;
  return `${name}: found ${description}; ${done}`;
}

/** `12.3 s (network 94 %)` */
function describeTime({ seconds, networkSeconds, networkEvaluations }: DoneLine): string {
  const share = networkEvaluations > 0 ? ` (network ${((100 * networkSeconds) / seconds).toFixed(0)} %)` : '';
  return `${seconds.toFixed(1)} s${share}`;
}

type DoneLine = Extract<FolderEvent, { type: 'done' }>['line'];

function describeDone(line: DoneLine): string {
  const { files, made, misfit, psnr, ssim, uncertainty, samplesPosterior, sdWhite } = line;
  const average = misfit.reduce((sum, value) => sum + value, 0) / misfit.length;
  const kept = made.solver === 'keep';
  const parts = [kept ? 'as it was' : describeTime(line)];
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
