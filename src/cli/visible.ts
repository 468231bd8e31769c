/**
 * Names of files, and messages that quote them, as a terminal may show them: what would move its cursor, change its
 * colours or turn the direction of writing is shown, not obeyed.
 */

/** Control characters, and those that begin or end another direction of writing or a line. */
const CONTROL = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** The longest message: a few lines of a terminal. */
const LONGEST = 1000;

/** One line: line breaks are shown as `\n`, and the middle of a very long text is left out. */
export function visible(text: string): string {
  const shown = text.replace(CONTROL, escaped);
  if (shown.length <= LONGEST) return shown;
  return `${shown.slice(0, LONGEST - 300)} … ${shown.slice(-296)}`;
}

/** Text of several lines, whole. */
export function visiblePage(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(CONTROL, escaped))
    .join('\n');
}

/** JSON that says the same and holds nothing that a terminal obeys. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(CONTROL, (character) => `\\u${hex(character, 4)}`);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return character < '\u0100' ? `\\x${hex(character, 2)}` : `\\u${hex(character, 4)}`;
}

function hex(character: string, digits: number): string {
  return character.charCodeAt(0).toString(16).padStart(digits, '0');
}
