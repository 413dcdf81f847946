import { defineConfig } from 'vitest/config'

/** Computes on a WebGPU adapter, in Chromium or on Dawn: one file at a time, and slowly where there is no GPU. */
const webgpu = ['**/*.webgpu.test.ts']
const exclude = ['**/node_modules/**', 'e2e/**', 'dist/**']

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          environment: 'node',
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [...exclude, ...webgpu],
          setupFiles: ['fixtures/property-seed.ts'],
          testTimeout: 60_000,
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
          fileParallelism: false,
        },
      },
    ],
  },
})
