/** Which part of the inputs is meant, and what its numbers mean: options of every command that reads images. */
import { Option } from 'commander';
import type { FolderJob } from '../index.js';
import { parsePages, parseRange } from './values.js';

export interface PartFlags {
  readonly page?: FolderJob['pages'];
  readonly dataset?: string;
  readonly range?: FolderJob['levels'];
}

export const page = () =>
  new Option(
    '--page <n|n-m|all>',
    'which pictures of TIFF, DICOM and NIfTI files that hold several, from 1; each is an item NAME#N',
  ).argParser(parsePages);

export const dataset = () =>
  new Option('--dataset <path>', 'which array of files that hold several, such as kspace');

export const range = () =>
  new Option(
    '--range <black:white>',
    'the numbers of the inputs that are black and white (default: measured where they are no picture’s)',
  ).argParser(parseRange);
