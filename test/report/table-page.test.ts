import { expect, it } from 'vitest';
import { markdownTable } from '../../src/bench/table.js';
import { tablePage } from '../../src/report/table-page.js';

it('makes a table of Markdown, numbers to the right, and text of what stands between', () => {
  const table = markdownTable(
    ['solver', 'PSNR <dB>'],
    [
      ['diffpir', 31.2],
      ['dps', '–'],
    ],
  );
  const page = tablePage('exact', `## one\n\n${table}\n\nand a note`);
  expect(page).toContain('<h2>one</h2>');
  expect(page).toContain('<thead><tr><th>solver</th><th class="number">PSNR &#60;dB&#62;</th></tr></thead>');
  expect(page).toContain('<tr><td>diffpir</td><td class="number">31.2</td></tr><tr><td>dps</td>');
  expect(page).toContain('<p>and a note</p>');
});
