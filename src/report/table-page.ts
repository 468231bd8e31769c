/** The table of a benchmark as a page. */
import { style } from './style.js';
import { escaped, htmlPage } from './text.js';

/**
 * @param table Markdown: one table or several, and text between them.
 * @returns HTML that fetches nothing.
 */
export function tablePage(title: string, table: string): string {
  const blocks = table
    .split(/\n\s*\n/)
    .map((block) => (block.startsWith('|') ? tableOf(block) : textOf(block)));
  return htmlPage(title, style, `<h1>${escaped(title)}</h1>${blocks.join('')}`);
}

function textOf(block: string): string {
  const heading = /^#+ (.*)/.exec(block);
  return heading ? `<h2>${escaped(heading[1])}</h2>` : `<p>${escaped(block)}</p>`;
}

function tableOf(block: string): string {
  const [head, rule, ...rows] = block.split('\n').map(cellsOf);
  const row = (cells: readonly string[], element: 'th' | 'td') =>
    `<tr>${cells.map((cell, k) => `<${element}${rule?.[k]?.endsWith(':') ? ' class="number"' : ''}>${escaped(cell)}</${element}>`).join('')}</tr>`;
  const body = rows.map((cells) => row(cells, 'td')).join('');
  return `<div class="wide"><table><thead>${row(head, 'th')}</thead><tbody>${body}</tbody></table></div>`;
}

/** Of one line `| a | b |`. */
function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}
