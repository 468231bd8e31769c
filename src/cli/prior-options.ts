/** How a prior is run: options of every command that loads one. */
import { Option } from 'commander';
import { devices, type LoadOptions, precisions } from '../index.js';
import { parsePositive, parseSeconds } from './values.js';

export interface LoadFlags
  extends Pick<LoadOptions, 'threads' | 'device' | 'precision' | 'tile' | 'memory' | 'timeout'> {
  readonly workers?: number;
}

export const threads = () =>
  new Option(
    '--threads <n>',
    'threads of each worker (default: cores / workers; without --workers, one worker has them)',
  ).argParser(parsePositive);

export const workers = () =>
  new Option(
    '--workers <n>',
    'processes that run the network at a time: samples, tiles and pictures are dealt out to them, to the same bits (default: one per core, where there is so much to do and their weights fit)',
  ).argParser(parsePositive);

export const device = () =>
  new Option(
    '--device <name>',
    'what the network runs on; others than the CPU are compared with it first; `list devices` tries each (default: auto, the CPU)',
  ).choices(['auto', ...devices]);

export const precision = () =>
  new Option(
    '--precision <type>',
    'numbers that the network is computed with: fp16 is for devices that have it; the CPU is no faster by it (default: fp32)',
  ).choices(precisions);

export const tile = () =>
  new Option(
    '--tile <px>',
    'run the network on squares of this side, so that its memory does not grow with the image (default: whole images)',
  ).argParser(parsePositive);

/** Of `restore`, which knows what each picture needs. */
export const tileOrAuto = () =>
  new Option(
    '--tile <px|auto>',
    'run the network on squares of this side, so that its memory does not grow with the image; auto: only where memory asks for it, in those that cost least (default: auto)',
  ).argParser((text) => (text === 'auto' ? 'auto' : parsePositive(text)));

export const memory = () =>
  new Option(
    '--memory <profile>',
    'of large priors: low holds about half as much and is about a tenth slower (default: normal)',
  ).choices(['normal', 'low']);

export const timeout = () =>
  new Option(
    '--timeout <s>',
    'seconds that one run of a network, or of an operator in a graph, may take before it is stopped (default: without end)',
  ).argParser(parseSeconds);
