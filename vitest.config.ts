import { defineConfig } from 'vitest/config'

/** Computes on a WebGPU adapter, in Chromium or on Dawn: one file at a time, and slowly where there is no GPU. */
const webgpu = ['**/*.webgpu.test.ts']
const shared = { environment: 'node', exclude: ['**/node_modules/**', 'e2e/**', 'dist/**'] } as const

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'node',
          include: ['**/*.test.ts'],
          exclude: [...shared.exclude, ...webgpu],
          testTimeout: 60_000,
        },
      },
      { test: { ...shared, name: 'webgpu', include: webgpu, testTimeout: 900_000, fileParallelism: false } },
    ],
  },
})
