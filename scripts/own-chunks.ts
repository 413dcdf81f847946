import type { Plugin } from 'vite'

/**
 * For workers: names what the given one loads later after it. Such a chunk is like another worker's but for what it
 * imports, and by its name the service worker can leave it out.
 */
export function ownChunks(worker: string): Plugin {
  let isOwn = false
  return {
    name: 'own-chunks',
    options({ input }) {
      isOwn = JSON.stringify(input ?? '').includes(`${worker}.worker`)
    },
    outputOptions: (options) => (isOwn ? { ...options, chunkFileNames: `assets/${worker}-[name]-[hash].js` } : options),
  }
}
