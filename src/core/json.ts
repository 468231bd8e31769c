/** JSON from files, which may come from anybody: what reads it afterwards goes into it level by level. */

/** Levels; no file of this project or of those it reads has a tenth of them. */
const DEEPEST = 100;

const [QUOTE, BACKSLASH] = ['"', '\\'].map((character) => character.charCodeAt(0));
const [OPENING, CLOSING] = ['[{', ']}'].map((pair) => [...pair].map((character) => character.charCodeAt(0)));

/**
 * The value that a text holds.
 * @throws Error where it is no JSON, or is nested deeper than any file in use.
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  forEachOutside(text, (code) => {
    if (OPENING.includes(code) && ++depth > DEEPEST) {
      throw new Error(`it is nested more than ${DEEPEST} levels deep`);
    }
    if (CLOSING.includes(code)) depth--;
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine quotes the file, line breaks and all.
    throw new SyntaxError((error as Error).message.replace(/\s+/g, ' '));
  }
}

/** JSON as Python writes it, with numbers that JSON has not: null takes their place. */
export function parsePythonJson(text: string): unknown {
  const pieces: string[] = [];
  let from = 0;
  forEachOutside(text, (code, at) => {
    const number =
      code === LETTER_I || code === LETTER_N ? /^(?:Infinity|NaN)/.exec(text.slice(at, at + 8)) : null;
    if (!number) return;
    pieces.push(text.slice(from, text[at - 1] === '-' ? at - 1 : at), 'null');
    from = at + number[0].length;
  });
  return parseJson(pieces.join('') + text.slice(from));
}

const [LETTER_I, LETTER_N] = ['I', 'N'].map((character) => character.charCodeAt(0));

/** Every character that stands in no string. (A regular expression runs out of stack where strings are long.) */
function forEachOutside(text: string, look: (code: number, at: number) => void): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== QUOTE) {
      look(code, i);
      continue;
    }
    for (i++; i < text.length && text.charCodeAt(i) !== QUOTE; i++) if (text.charCodeAt(i) === BACKSLASH) i++;
  }
}
