/** The page that restores a photograph, as it is built and as a person uses it. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from '../samples/web/build.js';
import { floatArray } from '../src/core/array.js';
import { writePicture } from '../src/io/picture-file.js';
import { hasBrowser, openBrowser } from './browser.js';
import { serve } from './web-server.js';

describe.skipIf(!hasBrowser)('the page in Chromium', { timeout: 180_000 }, () => {
  let folder: string;
  let picture: string;
  let browser: Browser;
  let server: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retrodict-page-'));
    await buildPage(join(folder, 'page'));
    picture = join(folder, 'small.png');
    const values = Float32Array.from({ length: 3 * 40 * 56 }, (_, i) => 0.5 + 0.4 * Math.sin(i / 9));
    await writePicture(picture, floatArray(values, [3, 40, 56]));
    browser = await openBrowser();
    server = await serve({ page: join(folder, 'page') });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${server.address}/page/index.html`);
    return page;
  }

  it('restores a photograph with the keyboard alone, with no server once it is loaded', async () => {
    const page = await opened();
    const problems: string[] = [];
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.setInputFiles('#file', picture);
    await page.selectOption('#samples', '2');
    await page.focus('#start');
    await page.keyboard.press('Enter');
    await page.waitForSelector('figure', { timeout: 120_000 });
    expect(await page.locator('figure').count()).toBe(5);
    expect(await page.textContent('#status')).toMatch(/^It took \d+ seconds on the (graphics )?processor\.$/);
    const sizes = await page
      .locator('figure img')
      .evaluateAll((images) => images.map((one) => (one as HTMLImageElement).naturalWidth));
    expect(sizes).toEqual([56, 56, 56, 56, 56]);
    expect(problems).toEqual([]);
    // Only files of the page itself were ever asked for.
    expect(server.asked.every((path) => path.startsWith('/page/'))).toBe(true);
  });

  it('is stopped in the middle, and begins anew', async () => {
    const page = await opened();
    await page.setInputFiles('#file', picture);
    await page.click('#start');
    await page.click('#stop');
    expect(await page.textContent('#status')).toBe('It was stopped.');
    expect(await page.isEnabled('#start')).toBe(true);
  });

  it('says what is wrong with a file', async () => {
    const page = await opened();
    await page.setInputFiles('#file', { name: 'no.png', mimeType: 'image/png', buffer: Buffer.from('no') });
    await page.click('#start');
    await page.waitForSelector('.error');
    expect(await page.textContent('#status')).toMatch(/^no\.png is no picture that this browser can read/);
  });

  it.each([320, 768, 1280])('has no sideways scrolling %d pixels wide', async (width) => {
    const page = await opened({ viewport: { width, height: 700 } });
    await page.selectOption('#problem', '1');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(width);
  });
});
