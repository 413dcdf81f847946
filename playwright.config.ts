import { defineConfig } from '@playwright/test'
import { chromiumArgs, findChromium, webgpuArgs } from './scripts/find-chromium.ts'

const port = Number(process.env.E2E_PORT ?? 4173)
const executablePath = findChromium()

/** One browser at a time: the software adapter is slow enough by itself. The page is tested as it is built. */
export default defineConfig({
  testDir: 'e2e',
  projects: [
    { name: 'adapter', testMatch: 'adapter.e2e.ts' },
    { name: 'page', testMatch: '*.e2e.ts', testIgnore: 'adapter.e2e.ts', dependencies: ['adapter'] },
  ],
  workers: 1,
  fullyParallel: false,
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  reporter: 'list',
  use: {
    baseURL: `http://127.0.0.1:${port}/`,
    viewport: { width: 1280, height: 900 },
    launchOptions: {
      args: [...chromiumArgs, ...webgpuArgs],
      ...(executablePath ? { executablePath } : {}),
    },
  },
  webServer: {
    command: `npx tsx scripts/prepare.ts && npx vite build --logLevel warn && npx vite preview --host 127.0.0.1 --port ${port} --strictPort`,
    url: `http://127.0.0.1:${port}/`,
    reuseExistingServer: false,
    timeout: 120_000,
  },
})
