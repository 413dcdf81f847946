import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Computes on a WebGPU adapter, in Chromium or on Dawn: slowly where there is no GPU. */
const webgpu = ['**/*.webgpu.test.ts']
const exclude = ['**/node_modules/**', 'e2e/browsers/**', 'dist/**']

export default defineConfig({
  test: {
    // Two on two cores; Vitest would leave one to itself.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          environment: 'node',
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...webgpu],
          setupFiles: ['fixtures/property-seed.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          environment: 'node',
          exclude,
          name: 'webgpu',
          include: webgpu,
          setupFiles: ['fixtures/property-seed.ts'],
          testTimeout: 900_000,
          // Bundles that git does not hold are made first.
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
