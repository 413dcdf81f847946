import { existsSync } from 'node:fs'

const installed = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]

/** The browser for tests and scripts: `CHROMIUM_PATH`, the system's, or undefined for Playwright's own. */
export function findChromium(): string | undefined {
  return process.env.CHROMIUM_PATH ?? installed.find((path) => existsSync(path))
}

/**
 * The flag that switches Chromium's features on; of two, the last counts, so it holds Playwright's own (the first two).
 * No process is drawn by lot to have its heap watched (GWP-ASan): the watcher walks the stack of each allocation that
 * it samples, and runs over the end of a stack that WebAssembly can be suspended on (JSPI), which crashes the page.
 */
export function featuresFlag(...more: readonly string[]): string {
  const features = [
    'CDPScreenshotNewSurface',
    'SkipListAccountsWithoutGaiaCookies',
    'GwpAsanMalloc:ProcessSamplingProbability/0',
    'GwpAsanPartitionAlloc:ProcessSamplingProbability/0',
    ...more,
  ]
  return `--enable-features=${features.join(',')}`
}

/** Chromium flags that every run wants: reproducible, and without calls home. */
export const chromiumArgs: readonly string[] = [
  featuresFlag(),
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Chromium flags for a compute-capable adapter in software. */
export const webgpuArgs: readonly string[] = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader']

/**
 * Has Dawn clear workgroup memory by a loop in the shader, as it does where Vulkan offers no other way. The extension
 * that it would use makes SwiftShader compile a store for each word: kernels of attention take a second and more each,
 * a page's six instead of less than one. The numbers are the same to the last bit. For all but what is timed.
 */
export const quickShadersFlag = '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'
