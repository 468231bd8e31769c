/** `retrodict describe` */
import type { Command } from 'commander';
import { type Description, describe, type OptionDescription } from '../index.js';
import { Output } from './output.js';

export function addDescribe(program: Command): void {
  program
    .command('describe')
    .summary('the options of a problem, noise or solver, or the card of a prior')
    .description('Describes what has this name; with --json, options come as a JSON schema.')
    .argument('<name>', 'a name of `list problems`, `list noises`, `list solvers` or `list priors`')
    .option('--json', 'print one JSON object, and nothing else, on stdout')
    .action(describeAction);
}

async function describeAction(name: string, options: { readonly json?: boolean }): Promise<void> {
  const output = new Output(options);
  const { options: described, ...description } = await describe(name);
  output.page(inWords({ options: described, ...description }), { type: 'description', ...description });
}

function inWords({
  kind,
  name,
  summary,
  options,
  needs,
  presets,
  samplesPosterior,
  card,
}: Description): string {
  const lines = [`${name} (${kind}): ${summary}`];
  if (needs) {
    const { prior, priorVjp, noisePrior, identity, undo, linear, noise } = needs;
    const wants = [
      prior === 'none' ? 'no prior' : `a prior of kind ${prior}${priorVjp ? ' with a gradient' : ''}`,
      ...(noisePrior ? [`a second prior of kind ${noisePrior} with a gradient (--noise-prior)`] : []),
      identity
        ? 'denoising'
        : undo
          ? 'denoising, low light or haze'
          : linear
            ? 'a linear problem'
            : 'any problem',
      {
        gaussian: 'Gaussian noise of equal variance',
        variance: 'noise of known variance',
        octaves: 'noise whose strength by octave is known',
        any: 'any noise',
      }[noise],
    ];
    lines.push('', `Needs ${wants.join(', ')}.`);
    lines.push(
      samplesPosterior
        ? 'It samples; how wide its samples are beside an exact posterior: docs/benchmarks.md.'
        : 'It does not sample: its spread is no uncertainty.',
    );
  }
  if (card) lines.push('', JSON.stringify(card, null, 2));
  else if (options.length === 0) lines.push('', 'It has no options.');
  else lines.push('', 'Options:', ...options.flatMap(optionLines));
  const preset = Object.entries(presets ?? {});
  if (preset.length > 0) lines.push('', 'Presets, by problem (*: all others):');
  for (const [problem, values] of preset) {
    const set = Object.entries(values).map(([key, value]) => `${key}=${value}`);
    lines.push(`  ${problem}: ${set.join(', ')}`);
  }
  return lines.join('\n');
}

function optionLines({ name, help, type, range, default: value }: OptionDescription): string[] {
  const about = [type, range, value === undefined ? undefined : `default ${JSON.stringify(value)}`];
  return [`  ${name}  (${about.filter(Boolean).join(', ')})`, ...(help ? [`      ${help}`] : [])];
}
