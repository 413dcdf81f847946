import { defineConfig } from '@playwright/test'
import { basePath } from './e2e/base-path.ts'
import { testedBuild } from './e2e/tested-build.ts'
import { doorPort } from './e2e/whole-run.ts'
import { chromiumArgs, findChromium, quickShadersFlag, webgpuArgs } from './scripts/find-chromium.ts'

const port = Number(process.env.E2E_PORT ?? 4173)
const address = `http://127.0.0.1:${port}${basePath}`
const executablePath = findChromium()

/**
 * Two browsers at a time: a page on a software adapter keeps one core busy, and seldom two. The page is tested as it is
 * built, served as plain files below a path that is not the root.
 */
export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/whole-run.ts',
  projects: [
    { name: 'adapter', testMatch: 'adapter.e2e.ts' },
    { name: 'page', testMatch: '*.e2e.ts', testIgnore: 'adapter.e2e.ts', dependencies: ['adapter'] },
  ],
  workers: 2,
  fullyParallel: false,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    baseURL: address,
    viewport: { width: 1280, height: 900 },
    // Each test is a first visit; those of hosting allow them.
    serviceWorkers: 'block',
    launchOptions: {
      // What would leave this machine ends at a door that counts it.
      args: [...chromiumArgs, quickShadersFlag, ...webgpuArgs, `--proxy-server=http://127.0.0.1:${doorPort}`],
      ...(executablePath ? { executablePath } : {}),
    },
  },
  webServer: {
    command: `npx tsx scripts/prepare.ts && npx vite build --mode tests --logLevel warn --emptyOutDir --outDir ${JSON.stringify(testedBuild)} && npx tsx e2e/static-host.ts ${port}`,
    url: address,
    // Weights come from servers of the tests' own.
    env: { VIDEMO_WEIGHT_HOSTS: 'http://127.0.0.1:*' },
    reuseExistingServer: false,
    timeout: 240_000,
  },
})
