import { defineConfig } from 'vitest/config'

/** The built page in Firefox and in WebKitGTK, where they are installed: `npm run browsers`, after a build. */
export default defineConfig({
  test: {
    environment: 'node',
    include: ['e2e/browsers/*.visits.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
