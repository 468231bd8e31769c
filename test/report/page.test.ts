import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filled, mapArray } from '../../src/core/array.js';
import { keyedRandom } from '../../src/core/random.js';
import { encodeLayers, type Layer } from '../../src/report/layers.js';
import { type ReportedPicture, type ReportedResult, reportPage } from '../../src/report/page.js';
import { hasBrowser, openBrowser } from '../browser.js';
import { fill, temporaryFolder } from '../io/folders.js';

/** Flat pictures of known values; the spread grows from left to right. */
async function picture(name: string, side = 64, noisy = false): Promise<ReportedPicture> {
  const shape = [3, side, side];
  const flat = (value: number, k: number) => {
    const noise = keyedRandom(k, name, 0)('noise');
    return mapArray(filled(shape, value), (of) => (noisy ? of + 0.1 * noise.normal() : of));
  };
  const sd = mapArray(filled(shape, 0), (_, i) => (0.1 * (i % side)) / (side - 1));
  const layers: Layer[] = [
    { id: 'measurement', label: 'measurement', image: flat(0.2, 1), kind: 'picture' },
    { id: 'estimate', label: 'estimate', image: flat(0.4, 2), kind: 'picture' },
    { id: 'sample-1', label: 'sample 1', image: flat(0.35, 3), kind: 'picture' },
    { id: 'sample-2', label: 'sample 2', image: flat(0.45, 4), kind: 'picture' },
    { id: 'sd', label: 'standard deviation', image: sd, kind: 'map' },
    {
      id: 'width',
      label: 'width of the interval',
      image: mapArray(sd, (value) => 3.29 * value),
      kind: 'map',
    },
    { id: 'truth', label: 'truth', image: flat(0.42, 5), kind: 'picture' },
  ];
  const result: ReportedResult = {
    ...{
      label: 'diffpir',
      estimate: 'estimate',
      sd: 'sd',
      width: 'width',
      samples: ['sample-1', 'sample-2'],
    },
    level: 0.9,
    isUncertainty: true,
    facts: [['solver', 'diffpir <b>']],
    warnings: ['the misfit is 4.00 & more'],
    command: 'retrodict restore a.png --out OUT',
    curve: {
      label: 'diffpir',
      points: [
        [0.5, 0.4],
        [0.9, 0.8],
      ],
    },
  };
  const encoded = await encodeLayers(layers, [side, side]);
  return { name, channels: 3, height: side, width: side, layers: encoded, results: [result] };
}

describe('reportPage', () => {
  it('says what was promised, or that nothing was, and lets no text be markup', async () => {
    const one = await picture('<script>alert(1)</script>', 8);
    const html = await reportPage('a & b', [one]);
    expect(html).not.toContain('<script>alert');
    expect(html).toContain('the 90 % interval is uncalibrated: it is what solver and model say');
    const optimised = { ...one, results: [{ ...one.results[0], level: 0.55, isUncertainty: false }] };
    expect(await reportPage('a', [optimised])).toContain(
      'the 55 % interval is uncalibrated: the solver does not draw from the posterior',
    );
    expect(html).toContain('diffpir &#60;b&#62;');
    const [result] = one.results;
    const promised = await reportPage('a', [
      { ...one, results: [{ ...result, promise: '90 % of the pixels' }] },
    ]);
    expect(promised).toContain('the interval promises 90 % of the pixels.');
    const two = {
      ...one,
      results: [result, { ...result, label: 'pnp-admm', facts: [['PSNR', '30 dB']] as const }],
    };
    const both = await reportPage('a', [two]);
    expect(both).toContain('<th scope="col">diffpir</th><th scope="col">pnp-admm</th>');
    expect(both).toContain('<td>–</td><td>30 dB</td>');
  });

  it('holds ten noisy pictures of 512² in less than 3 MB', async () => {
    const one = await picture('noisy', 512, true);
    const html = await reportPage('ten', Array(10).fill(one));
    expect(html.length).toBeLessThan(3e6);
  }, 60_000);
});

describe.skipIf(!hasBrowser)('a report in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, 60_000);
  afterAll(() => browser?.close());

  /** A page with two pictures; errors and requests are failures. */
  async function opened(options: BrowserContextOptions = {}): Promise<{ page: Page; troubles: string[] }> {
    const folder = temporaryFolder();
    fill(folder, {
      'report.html': await reportPage('test', [await picture('first'), await picture('second')]),
    });
    const page = await browser.newPage({ viewport: { width: 1100, height: 900 }, ...options });
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('request', (request) => !/^(file|data):/.test(request.url()) && troubles.push(request.url()));
    await page.goto(`file://${join(folder, 'report.html')}`);
    await page.locator('.probe').first().getByText('measured').waitFor();
    return { page, troubles };
  }

  /** Red, green and blue of a canvas. */
  const colourAt = (page: Page, canvas: string, x: number, y: number) =>
    page
      .locator(canvas)
      .first()
      .evaluate(
        (element, [column, row]) => {
          // biome-ignore lint/suspicious/noExplicitAny: the types of a browser are not those of this project.
          const context = (element as any).getContext('2d');
          return [...context.getImageData(column, row, 1, 1).data].slice(0, 3);
        },
        [x, y] as const,
      );

  it('compares under a slider, by keys too', async () => {
    const { page, troubles } = await opened();
    expect((await colourAt(page, '.over', 9, 9))[0]).toBeCloseTo(51, -1);
    expect((await colourAt(page, '.under', 9, 9))[0]).toBeCloseTo(102, -1);
    await page.locator('.slider').first().focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.over').first().getAttribute('style')).toContain('inset(0px 100% 0px 0px)');
    await page.locator('.right').first().selectOption('truth');
    await expect.poll(async () => (await colourAt(page, '.under', 9, 9))[0]).toBeGreaterThan(104);
    expect(troubles).toEqual([]);
    await page.close();
  }, 60_000);

  it('shows maps in colours, with a scale in grey levels', async () => {
    const { page, troubles } = await opened();
    await page.locator('.right').first().selectOption('sd');
    await page.getByText('25.5 of 255 grey levels').waitFor();
    // Cividis goes from dark blue to yellow.
    await expect
      .poll(() => colourAt(page, '.under', 2, 30))
      .toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
    const [low, high] = [await colourAt(page, '.under', 1, 30), await colourAt(page, '.under', 62, 30)];
    expect(low[2]).toBeGreaterThan(low[0]);
    expect(high[0]).toBeGreaterThan(200);
    expect(high[2]).toBeLessThan(120);
    expect(troubles).toEqual([]);
    await page.close();
  }, 60_000);

  it('tells value, interval and samples of the pixel under pointer, keys and finger', async () => {
    const { page, troubles } = await opened({ hasTouch: true });
    const probe = page.locator('.probe').first();
    const stage = page.locator('.stage').first();
    await stage.hover({ position: { x: 5, y: 5 } });
    await expect.poll(() => probe.textContent()).toMatch(/pixel 0, 0/);
    await stage.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => probe.textContent()).toMatch(/pixel 10, 1 /);
    const box = (await stage.boundingBox())!;
    await page.touchscreen.tap(box.x + box.width - 3, box.y + box.height / 2);
    await expect.poll(() => probe.textContent()).toMatch(/pixel 63, 3[12]/);
    const text = (await probe.textContent())!;
    expect(text).toMatch(/measured 5\d, 5\d, 5\d/);
    // The interval is 3.29 · 0.1 wide at the right: ± 42 of 255.
    const [, half, sd] = /90 % interval ± ([\d.]+), sd ([\d.]+)/.exec(text)!.map(Number);
    expect(Math.abs(half - 42)).toBeLessThan(2);
    expect(Math.abs(sd - 25.5)).toBeLessThan(1);
    expect(await probe.locator('.bar').count()).toBe(2);
    expect(await probe.locator('.true').count()).toBe(1);
    expect(troubles).toEqual([]);
    await page.close();
  }, 60_000);

  it('shows samples in turn while asked to', async () => {
    const { page, troubles } = await opened();
    const button = page.getByRole('button', { name: 'flicker samples' }).first();
    await button.press('Enter');
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    const red = async () => (await colourAt(page, '.under', 9, 9))[0];
    await expect.poll(red, { interval: 40 }).toBeLessThan(95);
    await expect.poll(red, { interval: 40 }).toBeGreaterThan(110);
    expect(await button.textContent()).toMatch(/^sample [12]$/);
    await button.click();
    expect(await button.textContent()).toBe('flicker samples');
    await expect.poll(red).toBeCloseTo(102, -1);
    expect(troubles).toEqual([]);
    await page.close();
  }, 60_000);

  it('of several solvers shows the samples of the one that is looked at, and a curve where there are none', async () => {
    const one = await picture('both');
    const renamed = (id: string) => `tv/${id}`;
    const [first] = one.results;
    const other = {
      ...first,
      label: 'tv',
      estimate: 'tv/estimate',
      samples: [],
      sd: 'tv/sd',
      width: 'tv/width',
    };
    const layers = one.layers.map((layer) => ({ ...layer, id: renamed(layer.id) }));
    const own = one.layers.map((layer) => ({ ...layer, id: `sample/${layer.id}` }));
    const sampled = {
      ...first,
      ...{
        estimate: 'sample/estimate',
        samples: ['sample/sample-2'],
        sd: 'sample/sd',
        width: 'sample/width',
      },
    };
    const folder = temporaryFolder();
    const both = { ...one, layers: [...layers, ...own], results: [other, sampled] };
    fill(folder, { 'report.html': await reportPage('test', [both]) });
    const page = await browser.newPage();
    await page.goto(`file://${join(folder, 'report.html')}`);
    await page.locator('.probe svg').first().waitFor();
    expect(await page.locator('.probe .normal').count()).toBe(1);
    expect(await page.locator('.probe .bar').count()).toBe(1);
    await page.getByRole('button', { name: 'flicker samples' }).click();
    const red = async () => (await colourAt(page, '.under', 9, 9))[0];
    await expect.poll(red, { interval: 40 }).toBeGreaterThan(110);
    // The estimate of a folder that is called `sample` is none.
    await page.waitForTimeout(400);
    expect(await red()).toBeGreaterThan(110);
    await page.close();
  }, 60_000);

  it('is readable in the dark and fits a small screen', async () => {
    const { page } = await opened({ colorScheme: 'dark', viewport: { width: 390, height: 800 } });
    await page.locator('.left').first().selectOption('sd');
    await page.locator('.right').first().selectOption('width');
    await page.getByText('25.5 of 255 grey levels').waitFor();
    const measures = await page.locator('body').evaluate((body) => {
      // biome-ignore lint/suspicious/noExplicitAny: as above.
      const { getComputedStyle, document } = globalThis as any;
      const { backgroundColor, color } = getComputedStyle(body);
      return { backgroundColor, color, wide: document.documentElement.scrollWidth };
    });
    const light = (text: string) => Number(/\d+/.exec(text));
    expect(light(measures.color) - light(measures.backgroundColor)).toBeGreaterThan(150);
    expect(measures.wide).toBeLessThanOrEqual(390);
    await page.close();
  }, 60_000);

  it('opens ten pictures of 512² within a second', async () => {
    const folder = temporaryFolder();
    fill(folder, { 'ten.html': await reportPage('ten', Array(10).fill(await picture('noisy', 512, true))) });
    expect(statSync(join(folder, 'ten.html')).size).toBeLessThan(3e6);
    const page = await browser.newPage();
    const times: number[] = [];
    for (let k = 0; k < 3; k++) {
      const started = performance.now();
      await page.goto(`file://${join(folder, 'ten.html')}`);
      times.push(performance.now() - started);
    }
    // The quickest of three: the machine of a test may be busy.
    expect(Math.min(...times)).toBeLessThan(1000);
    await page.close();
  }, 90_000);
});
