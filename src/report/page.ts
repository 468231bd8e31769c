/** One page that shows what restorations gave, and how sure they are: all of it in one HTML file. */
import { readFile } from 'node:fs/promises';
import { mapColours } from './colours.js';
import { type Curve, coverageSvg } from './curve.js';
import type { EncodedLayer } from './layers.js';
import { style } from './style.js';
import { embeddedJson, escaped, htmlPage } from './text.js';

/** What one solver made of a picture. */
export interface ReportedResult {
  /** Names it beside others. */
  readonly label: string;
  /** Layers, by id. */
  readonly estimate: string;
  readonly sd?: string;
  readonly width?: string;
  readonly samples: readonly string[];
  readonly level: number;
  /** What the interval promises; absent: it is uncalibrated. */
  readonly promise?: string;
  /** Whether the solver draws from the posterior, or a cap tells its error. */
  readonly isUncertainty: boolean;
  /** Name and value, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly warnings: readonly string[];
  readonly command: string;
  readonly curve?: Curve;
}

/** A picture and all that was made of it. */
export interface ReportedPicture {
  readonly name: string;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly layers: readonly EncodedLayer[];
  readonly results: readonly ReportedResult[];
}

/** The HTML of a report. */
export async function reportPage(title: string, pictures: readonly ReportedPicture[]): Promise<string> {
  const script = await readFile(new URL('./viewer.js', import.meta.url), 'utf8');
  const data = {
    colours: mapColours(256).map((rgb) => [...rgb, 255]),
    pictures: pictures.map(({ name, channels, height, width, layers, results }) => ({
      ...{ name, channels, height, width, layers },
      results: results.map(({ label, estimate, sd, width: ofInterval, samples, level }) => ({
        ...{ label, estimate, sd, width: ofInterval, samples, level },
      })),
    })),
  };
  const help =
    'Drag the slider to compare. Point at a pixel, touch it, or use the arrow keys, to see its value and interval.';
  const body = [
    `<h1>${escaped(title)}</h1>`,
    `<p class="note">${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}. ${help}</p>`,
    ...pictures.map(sectionOf),
    `<script type="application/json" id="data">${embeddedJson(data)}</script>`,
  ];
  return htmlPage(title, style, body.join('\n'), script);
}

function sectionOf(picture: ReportedPicture, index: number): string {
  const { name, height, width, layers, results } = picture;
  const [first] = results;
  const initial = layers.find(({ id }) => id === 'measurement') ?? layers[0];
  const samples = results.some((result) => result.samples.length > 0);
  return [
    `<section class="picture" data-index="${index}"><h2>${escaped(name)}</h2><div>`,
    `<div class="controls">${choice('left', 'left', layers, initial.id)}${choice('right', 'right', layers, first.estimate)}`,
    samples
      ? '<button type="button" class="flicker" aria-pressed="false" aria-label="flicker samples">flicker samples</button>'
      : '',
    `</div><div class="stage" tabindex="0" role="application" aria-label="${escaped(name)}: arrow keys choose a pixel" `,
    `style="aspect-ratio: ${width} / ${height}"><canvas class="over" width="${width}" height="${height}" style="z-index:1"></canvas>`,
    `<canvas class="under" width="${width}" height="${height}"></canvas>`,
    '<div class="edge" style="z-index:2"></div><div class="cross" style="z-index:2"></div></div>',
    '<input type="range" class="slider" min="0" max="100" value="50" aria-label="how much of the left picture is seen">',
    '<div class="scale"></div><div class="probe" aria-live="polite"></div></div><div>',
    factsOf(results),
    ...results.map((result) => wordsOf(result, results.length > 1)),
    curvesOf(results),
    '</div></section>',
  ].join('');
}

function choice(side: string, name: string, layers: readonly EncodedLayer[], chosen: string): string {
  const options = layers.map(
    ({ id, label }) =>
      `<option value="${escaped(id)}"${id === chosen ? ' selected' : ''}>${escaped(label)}</option>`,
  );
  return `<select class="${side}" aria-label="${name} picture">${options.join('')}</select>`;
}

/** What is known of each result, side by side. */
function factsOf(results: readonly ReportedResult[]): string {
  const names = [...new Set(results.flatMap(({ facts }) => facts.map(([name]) => name)))];
  const cell = ({ facts }: ReportedResult, name: string) => facts.find(([of]) => of === name)?.[1] ?? '–';
  const same = (cells: readonly string[]) => cells.every((text) => text === cells[0]);
  const rows = names.map((name) => {
    const cells = results.map((result) => escaped(cell(result, name)));
    const columns =
      results.length > 1 && same(cells)
        ? `<td colspan="${results.length}">${cells[0]}</td>`
        : cells.map((text) => `<td>${text}</td>`).join('');
    return `<tr><th scope="row">${escaped(name)}</th>${columns}</tr>`;
  });
  const labels = results.map(({ label }) => `<th scope="col">${escaped(label)}</th>`).join('');
  const head = results.length > 1 ? `<thead><tr><th></th>${labels}</tr></thead>` : '';
  return `<div class="wide"><table>${head}<tbody>${rows.join('')}</tbody></table></div>`;
}

/** What the interval promises, what to doubt, and how to make it again. */
function wordsOf(
  { label, promise, isUncertainty, level, width, warnings, command }: ReportedResult,
  several: boolean,
): string {
  const name = several ? `${escaped(label)}: ` : '';
  const why = isUncertainty
    ? 'it is what solver and model say, and promises nothing'
    : 'the solver does not draw from the posterior, and how its samples differ is no uncertainty';
  const uncalibrated = `${name}the ${Number((100 * level).toFixed(3))} % interval is uncalibrated: ${why}.`;
  const promised = `${name}the interval promises ${escaped(promise ?? '')}.`;
  const interval =
    width === undefined
      ? ''
      : `<p class="promise${promise ? '' : ' uncalibrated'}">${promise ? promised : uncalibrated}</p>`;
  const doubts = warnings.map((text) => `<p class="promise uncalibrated">${name}${escaped(text)}</p>`);
  const again = `<details><summary>${name}command to repeat it</summary><pre>${escaped(command)}</pre></details>`;
  return interval + doubts.join('') + again;
}

function curvesOf(results: readonly ReportedResult[]): string {
  const curves = results.flatMap(({ curve }) => (curve ? [curve] : []));
  if (curves.length === 0) return '';
  const legend = curves.map(({ label }, k) => `<span class="curve-${k % 4}">— ${escaped(label)}</span>`);
  return `<h3>truth inside the intervals, %</h3>${coverageSvg(curves)}<div class="legend">${legend.join('')}</div>`;
}
