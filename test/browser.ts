/** A real browser, where this machine has one. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const paths = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const path = paths.find((candidate) => candidate !== '' && existsSync(candidate));

if (path === undefined) {
  console.warn(
    'no Chromium is found (apt-get install chromium, or CHROMIUM=PATH): pages are not tested in a browser',
  );
}

export const hasBrowser = path !== undefined;

/** WebGPU by SwiftShader, the graphics processor in software that Chromium brings along. */
const IN_SOFTWARE = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/** Headless; pages of tests are files of ours, so that no sandbox is needed. @param webgpu with an adapter, if slow. */
export function openBrowser(webgpu = false): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', ...(webgpu ? IN_SOFTWARE : [])] });
}
