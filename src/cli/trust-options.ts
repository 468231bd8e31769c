/** How far files are followed that may come from anybody: options of every command that reads one. */
import { Option } from 'commander';

export interface TrustFlags {
  readonly allowCode?: boolean;
  readonly allowOutside?: boolean;
}

export const allowCode = () =>
  new Option('--allow-code', 'run the JavaScript that a problem in a .json file names (default: refuse)');

export const allowOutside = () =>
  new Option(
    '--allow-outside',
    'open files that a card or a .json problem names outside its own folder (default: refuse)',
  );
