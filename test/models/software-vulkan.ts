/**
 * A Vulkan that needs no graphics processor, for WebGPU in tests: SwiftShader, which Chromium brings along. Mesa's own
 * (lavapipe) serves from version 23 on; Debian 12 has 22.3, whose features WebGPU does not take.
 */
import { existsSync } from 'node:fs';

const drivers = [
  process.env.VK_ICD_FILENAMES ?? '',
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];
const driver = drivers.find((path) => path !== '' && existsSync(path));
const loader = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib/aarch64-linux-gnu/libvulkan.so.1'];

/** Whether WebGPU can be tried here; processes that are started from now on find the driver. */
export const hasVulkan = driver !== undefined && loader.some((path) => existsSync(path));

if (hasVulkan) process.env.VK_ICD_FILENAMES = driver;
else
  console.warn(
    'no software Vulkan is found (apt-get install libvulkan1 chromium): WebGPU is not tested in Node',
  );
